"""Shims: small sh programs named like a package runner, which run claude-flow's hooks and memory commands here.

`script.py` writes one, `folder.py` keeps the folder they lie in, `shim.sh` is what they do.
"""
