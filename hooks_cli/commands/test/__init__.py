"""Test running services: start them, inject faults, run scenarios, and judge what was expected.

The verbs of the group `test`, one module a verb.
"""
