"""Keep, find, show and export what is remembered.

The verbs of the group `memory`, one module a verb, named after it.
"""
