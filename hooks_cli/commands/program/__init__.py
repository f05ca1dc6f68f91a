"""Commands that stand alone (`hooks-cli doctor`), one module each, named after it."""
