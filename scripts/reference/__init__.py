"""Makes the reference pages from the declarations."""
