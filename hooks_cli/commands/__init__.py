"""The verbs: what is typed and printed. One folder for each group, one module for each verb."""
