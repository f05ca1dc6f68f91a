"""The judgement of shell commands for `--validate-safety`."""
