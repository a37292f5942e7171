"""How the command line refuses bad input, whichever the command."""


def assert_refused(done, words):
    """Exit 2, and one block on standard error that says these words."""
    assert done.exit_code == 2
    assert done.stderr.startswith("euar: ")
    assert words in done.stderr
    assert "Traceback" not in done.output
