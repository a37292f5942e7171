"""Run one notebook with papermill: `python -m bookbuild.worker SOURCE OUT PROFILE FOLDER SECONDS`.

We speak to the kernel through socket files, not TCP: that needs no network device, not even loopback.
"""

import sys

import papermill
from traitlets.config import Config

from bookbuild.parent import end_with_parent


def main() -> None:
    """Run the command line."""
    end_with_parent()
    source, out, profile, folder, seconds = sys.argv[1:]
    papermill.execute_notebook(
        source,
        out,
        parameters={"profile": profile},
        kernel_name="python3",
        language="python",
        progress_bar=False,
        start_timeout=120,
        execution_timeout=int(seconds),
        cwd=folder,
        config=Config(ConnectionFileMixin={"transport": "ipc"}),
    )


if __name__ == "__main__":
    main()
