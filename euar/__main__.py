"""`euar` and `python -m euar`: Ctrl-C ends them at once, even while modules load."""

import sys


def main() -> None:
    """Run the command line; 130 is what shells report of a process that Ctrl-C ended."""
    try:
        from euar.cli import main as run

        run()
    except KeyboardInterrupt:
        print("euar: stopped", file=sys.stderr)  # noqa: T201  there may be nothing else to print with yet
        raise SystemExit(130) from None


if __name__ == "__main__":
    main()
