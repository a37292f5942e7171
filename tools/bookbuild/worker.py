"""Run one notebook with papermill: `python -m bookbuild.worker SOURCE OUT PROFILE FOLDER SECONDS`.

We speak to the kernel through socket files, not TCP: that needs no network device, not even loopback.
The kernel is the Python that runs this, whatever kernels somebody has installed under the same name.
"""

import sys

import papermill
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpecManager
from traitlets import default
from traitlets.config import Config

from bookbuild.parent import end_with_parent


class OwnPython(AsyncKernelManager):
    """Looks for kernels in no folder, and so finds this Python's own."""

    @default("kernel_spec_manager")
    def _no_folders(self) -> KernelSpecManager:
        return KernelSpecManager(kernel_dirs=[])


def main() -> None:
    """Run the command line."""
    end_with_parent()
    source, out, profile, folder, seconds = sys.argv[1:]
    papermill.execute_notebook(
        source,
        out,
        parameters={"profile": profile},
        kernel_name="python3",
        kernel_manager_class=OwnPython,
        language="python",
        progress_bar=False,
        start_timeout=120,
        execution_timeout=int(seconds),
        cwd=folder,
        config=Config(ConnectionFileMixin={"transport": "ipc"}),
    )


if __name__ == "__main__":
    main()
