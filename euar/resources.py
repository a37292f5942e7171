"""Files that the package reads and the repository keeps outside it: the embedded data set, results, tables.

A wheel carries them in `euar/_resources`; a checkout has them at its top. Nothing is stored twice.
"""

from importlib.resources import files
from pathlib import Path


def resource(name: str) -> Path:
    """Return the path of a shipped file or folder.

    Args:
        name: path relative to the repository, such as `"data/vader_tweets.h5"`.

    Raises:
        FileNotFoundError: neither the installed package nor a checkout around it holds `name`.
    """
    package = _package()
    for root in (package / "_resources", package.parent):
        if (root / name).exists():
            return root / name
    raise FileNotFoundError(
        f"{name}: expected in {package / '_resources'} or {package.parent}; reinstall euar from its wheel"
    )


def checkout() -> Path:
    """Return the folder around the package: a checkout's top, or, where it is installed, `site-packages`."""
    return _package().parent


def is_installed(path: Path) -> bool:
    """Return whether a path lies in an installed package, where nothing is ever written."""
    return path.resolve().is_relative_to((_package() / "_resources").resolve())


def _package() -> Path:
    return Path(str(files("euar")))
