"""`python -m hooks_cli`, and what the launchers in `packaging/` start by path.

Run by path (`python -IS …/hooks_cli/__main__.py`) there is no `site`, so the directory that holds the package has to be put on
the search path here; `interpreter.complete` does the rest for the commands that need it. A hot command ends before there is much to
collect: it runs without the cyclic garbage collector, which would otherwise look at all imported modules several times.
"""

import sys

if not __package__:
    import gc

    gc.disable()  # `interpreter.complete` switches it on again
    sys.path.insert(0, __file__.rsplit("/", 2)[0])

    from hooks_cli import bytecode

    bytecode.install()

from hooks_cli.entry import main

main(sys.argv[1:])
