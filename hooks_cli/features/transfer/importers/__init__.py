"""Readers of other programs' memory and of this program's own exports: one module for each family of formats.

`recognise.open_source` says by the content what a file or folder is and gives its records. The readers are generators
that write nothing and know no store; what they cannot take they say (`Refused`), and what they leave out on purpose
(`Left`) too. Whatever they read may be hostile: sizes are limited and no schema of a foreign database is trusted.
"""
