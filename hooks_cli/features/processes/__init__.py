"""Starts, marks, watches, adopts and ends other programs.

`attempt` starts a program and knows its outcome; `variables` makes its environment; `process_table` finds everything that it started;
`ending` ends that; `run_folder` finds what a killed orchestrator left behind. Linux covers each process that carries the mark or descends
from one that does; other systems show neither, so there only the process group is covered (`process_table.reach`).
"""
