"""See which project a folder belongs to; adopt the store of a project that was moved.

The verbs of the group `project`, one module a verb.
"""
