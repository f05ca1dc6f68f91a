"""Report events to the memory (edits, commands, tasks, sessions) and get back what it knows.

The verbs of the group `hooks`, one module a verb, named after it. Each is lenient: it requires nothing and never exits 2.
"""
