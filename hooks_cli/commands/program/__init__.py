"""Verbs that stand alone (`hooks-cli doctor`): one module a verb, named after it."""
