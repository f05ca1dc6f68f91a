"""See which project a folder belongs to, and take over the store of one that was moved.

The verbs of the group `project`, one module a verb.
"""
