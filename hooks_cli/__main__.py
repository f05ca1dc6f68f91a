"""`python -m hooks_cli`, and what the launchers in `packaging/` start by path.

Run by path (`python -IS …/hooks_cli/__main__.py`) there is no `site`, so the directory that holds the package has to be put on
the search path here; `interpreter.complete` does the rest for the commands that need it.
"""

import sys

if not __package__:
    import gc

    gc.disable()  # a hot command is over before a collection pays; `interpreter.complete` switches it on again
    sys.path.insert(0, __file__.rsplit("/", 2)[0])

    from hooks_cli import hot_image

    hot_image.install()

from hooks_cli.entry import main

main(sys.argv[1:])
