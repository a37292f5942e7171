"""`python -m euar` is `euar`."""

from euar.cli import main

main()
