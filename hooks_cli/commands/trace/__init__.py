"""Show the traces of a program and check them against rules.

The verbs of the group `trace`, one module a verb.
"""
