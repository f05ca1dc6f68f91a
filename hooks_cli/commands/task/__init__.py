"""Look at tasks: what was begun and what became of it.

The verbs of the group `task`, one module a verb. Tasks are begun and ended by `hooks pre-task` and `post-task`.
"""
