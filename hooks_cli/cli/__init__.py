"""Parsing of the command line from the verbs' declarations, help pages, shell completion."""
