"""The verbs: what is typed and printed. One folder a group, one module a verb."""
