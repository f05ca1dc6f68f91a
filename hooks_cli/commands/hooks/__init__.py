"""Verbs of the group `hooks`: one module a verb, named after it."""
