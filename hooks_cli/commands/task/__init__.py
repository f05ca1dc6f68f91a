"""List tasks with their state, duration and result.

The verbs of the group `task`, one module a verb. Tasks are begun and ended by `hooks pre-task` and `post-task`.
"""
