"""`python -m euar` is the command `euar`."""

from euar.cli import main

main()
