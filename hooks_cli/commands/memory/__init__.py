"""Verbs of the group `memory`: one module a verb, named after it."""
