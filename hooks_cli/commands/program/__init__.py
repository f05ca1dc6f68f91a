"""Commands without a group (`hooks-cli doctor`), one module for each, named after it."""
