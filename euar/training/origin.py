"""What makes weights a model again, and rows its inputs: the content of `model.json` beside the weights."""

import json
import sys
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
import torch

import euar
import euar.encoders
from euar.files import to_json
from euar.systems.registry import SYSTEMS
from euar.training import run_files
from euar.training.preprocessing import Preprocessing

FILE = "model.json"


class Origin(NamedTuple):
    """Where a run comes from, besides its seed.

    Attributes:
        config: as `provenance.describe` returns it; None for a configuration that cannot be written down.
        preprocessing: of the data on which it was trained.
        versions: {package: version} of those that trained it.
    """

    config: dict[str, Any] | None
    preprocessing: Preprocessing
    versions: dict[str, str]

    def to_json(self) -> bytes:
        """Return the content of `model.json`."""
        fields = {**self._asdict(), "preprocessing": self.preprocessing.to_dict()}
        return to_json(fields).encode()

    @classmethod
    def from_json(cls, content: bytes) -> Self:
        """Return what `to_json` was made of; odd content raises whatever it may."""
        fields = json.loads(content)
        preprocessing = Preprocessing.from_dict(fields["preprocessing"])
        return cls(fields["config"], preprocessing, dict(fields["versions"]))

    @classmethod
    def read(cls, folder: Path, fields: dict[str, Any]) -> Self | None:
        """Return the origin of the run in a folder; None where it was saved without.

        Args:
            folder: of the run.
            fields: as `run_files.read_fields` returns them.

        Raises:
            DamagedFileError: the file is missing, or not as it was written.
        """
        if FILE not in fields["files"]:
            return None
        with run_files.part(folder, fields, FILE, "a configuration and a preprocessing") as file:
            return cls.from_json(file.read())

    def config_type(self) -> type[Any]:
        """Return the type of the configuration.

        No file names a module to import: the type is one of this package's systems, or one that the caller
        has imported already.

        Raises:
            ValueError: the type is unknown, or cannot read its configuration back.
        """
        name = str((self.config or {}).get("type"))
        list(SYSTEMS)  # imports the modules of all systems; that of encoders is imported above
        module, _, kind = name.rpartition(".")
        found = getattr(sys.modules.get(module), kind, None)
        if not isinstance(found, type):
            raise ValueError(
                f"config: expected a system of euar, or of a module that is imported, found {name}; import "
                f"its module first (--system {module}:{kind})"
            )
        if not hasattr(found, "from_dict"):
            raise ValueError(
                f"config: {name} needs a from_dict() that takes back what its to_dict() wrote; add one"
            )
        return found


def versions() -> dict[str, str]:
    """Return {package: version} of what trains here."""
    return {"euar": euar.__version__, "torch": torch.__version__, "numpy": np.__version__}
