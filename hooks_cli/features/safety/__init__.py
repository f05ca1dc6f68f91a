"""Judges shell commands for `--validate-safety`: does a command destroy something?"""
