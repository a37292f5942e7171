"""What of the caller's environment reaches the kernels and the builder: what a machine needs, and no taste.

All else stays outside, so that no setting changes the book without a trace: those of Matplotlib and Jupyter,
the switches of Python, the locale, and `JPY_SESSION_NAME`, by which a notebook knows that a person is there.
"""

import os
import tempfile
from collections.abc import Mapping

KEPT = (
    *("PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT"),
    *("LD_LIBRARY_PATH", "LD_PRELOAD", "DYLD_LIBRARY_PATH"),
    *("EUAR_DATA", "EUAR_CACHE"),
)
COMPUTING = ("OMP_", "MKL_", "OPENBLAS_", "KMP_", "CUDA_", "CUBLAS_", "NVIDIA_", "PYTORCH_", "TORCH_")
#: What libraries set when they are imported: else a build by the tests makes the book anew.
OF_LIBRARIES = (
    *("KMP_DUPLICATE_LIB_OK", "KMP_INIT_AT_FORK"),  # scikit-learn
    *("CUDA_MODULE_LOADING", "PYTORCH_NVML_BASED_CUDA_CHECK"),  # PyTorch, Lightning
)
THREADS = {"OMP_NUM_THREADS": "1"}  # two chapters at once: more threads would get in the way
OURS = {"PYTHONUTF8": "1", "PYTHONNOUSERSITE": "1", "PYTHONHASHSEED": "0"}


def clean(**more: object) -> dict[str, str]:
    """Return the environment of a process that builds the book, with some variables of its own."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in KEPT or (name.startswith(COMPUTING) and name not in OF_LIBRARIES)
    }
    return {"HOME": home()} | THREADS | kept | OURS | {name: str(value) for name, value in more.items()}


def deciding() -> Mapping[str, str]:
    """Return what is kept and may decide a number of the book: where the data lie, and how to compute."""
    names = ("EUAR_DATA", *COMPUTING)
    return {name: value for name, value in clean().items() if name.startswith(names)}


def home() -> str:
    """Return the home folder, or that of temporary files for a user whom the system does not know."""
    found = os.path.expanduser("~")  # noqa: PTH111  Path.home() raises where this gives "~"
    return tempfile.gettempdir() if found == "~" else found
