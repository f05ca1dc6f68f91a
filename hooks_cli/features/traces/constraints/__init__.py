"""The temporal constraints, one module for each family."""
