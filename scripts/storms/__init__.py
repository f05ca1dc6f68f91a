"""Storms: many processes, many kills, many inputs, against the installed program."""
