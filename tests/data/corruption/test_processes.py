"""Everything that is drawn is drawn alike in another process, whatever its hash seed."""

import hashlib
import subprocess
import sys

import numpy as np
import pytest

from euar.data import corruption

IDS = [f"clip-{row}" for row in range(40)]


def drawn():
    """A digest of something of each kind."""
    image = np.full((8, 6, 3), 90, dtype=np.uint8)
    here = {name: np.ones(len(IDS), dtype=bool) for name in ("text", "audio", "vision")}
    found = [
        *corruption.random_missing(IDS, list(here), 0.4, 1).values(),
        *corruption.modality_dropout(IDS, here, epoch=2, seed=1).values(),
        corruption.noise_applies(IDS, "rgb", 1),
        corruption.add_noise(image, "a", "rgb", "gaussian", 5, 1),
        corruption.add_noise(image, "a", "rgb", "salt-pepper", 10, 1),
        corruption.feature_noise(np.zeros((len(IDS), 3)), IDS, "audio", 1, 1),
        np.array(corruption.blank_words("a b c d e f g h", "a", "text", 5, 1)),
    ]
    return hashlib.sha256(b"".join(values.tobytes() for values in found)).hexdigest()


@pytest.mark.parametrize("seed", ["1", "2"])
def test_another_process_draws_the_same(seed):
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from tests.data.corruption.test_processes import drawn as d; print(d(), end='')",
        ],
        env={"PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == drawn()
