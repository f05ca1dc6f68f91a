"""What the program does: one folder for each capability, with functions of (store, request) that return results."""
