"""See and check the settings: the user's config.toml and the project's hooks.toml.

The verbs of the group `config`, one module a verb.
"""
