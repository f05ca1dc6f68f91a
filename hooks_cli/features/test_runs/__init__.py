"""Layered tests of running services: start them, inject a fault, run scenarios, and judge what was expected.

`test_file` reads a TOML file into the data of `plan`; `runner` carries a plan out, with `services`, `error_report`, the two proxies and
`scenarios`; `expectations` judges what `observation` holds; `record` keeps it in the memory.
"""
