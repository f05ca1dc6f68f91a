"""What is done: one folder or module a capability, functions of (store, request) that return results."""
