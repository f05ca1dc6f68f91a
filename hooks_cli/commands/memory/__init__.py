"""Store, find, show, export and delete entries.

The verbs of the group `memory`, one module a verb, named after it.
"""
