"""The capabilities of the program: one folder for each, with functions of (store, request) that return results."""
