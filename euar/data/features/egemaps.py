"""Voice features: the 88 statistics of eGeMAPS v02 (Eyben et al. 2016), from WAV files."""

from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from euar.data.errors import DataError
from euar.data.raw import MAX_SOUND
from euar.data.regular import regular_file

_FORMATS = ("WAV", "WAVEX", "RF64")
_MOST_SAMPLES = 2**27


class EGeMAPS:
    """eGeMAPS v02 in NumPy (afx-audio, MIT); most values are within a few percent of openSMILE's."""

    kinds = ("audio",)
    batch_size = 8

    @property
    def version(self) -> str:
        """Package."""
        return f"afx-audio {version('afx-audio')}"

    def extract(self, items: Sequence[Path]) -> np.ndarray:
        """Return float32 (n, 88)."""
        from afx_audio import egemaps

        return np.array([list(egemaps(*_read(file)).values()) for file in items], dtype=np.float32)


class OpenSMILE:
    """eGeMAPS v02 by openSMILE itself; its licence allows research only, so install it by yourself."""

    kinds = ("audio",)
    batch_size = 8

    @property
    def version(self) -> str:
        """Package."""
        return f"opensmile {version('opensmile')}"

    @cached_property
    def _smile(self) -> Any:
        import opensmile

        return opensmile.Smile(opensmile.FeatureSet.eGeMAPSv02, opensmile.FeatureLevel.Functionals)

    def extract(self, items: Sequence[Path]) -> np.ndarray:
        """Return float32 (n, 88)."""
        return np.concatenate([self._smile(*_read(file))[0] for file in items]).astype(np.float32)


def _read(file: Path) -> tuple[np.ndarray, int]:
    """Return the samples (n,) of a sound file, the mean of its channels, and the rate in Hz."""
    import soundfile

    try:
        with regular_file(file, most=MAX_SOUND) as stream, soundfile.SoundFile(stream) as sound:
            if sound.format not in _FORMATS:
                raise DataError(file, "sound", "a WAV file", sound.format_info, "convert it to WAV")
            if not 0 < sound.frames * sound.channels <= _MOST_SAMPLES:
                found = f"{sound.frames} in {sound.channels} channel(s)"
                raise DataError(file, "sound", f"1 to {_MOST_SAMPLES} samples", found, "leave the row out")
            return sound.read(dtype="float64", always_2d=True).mean(axis=1), sound.samplerate
    except (OSError, soundfile.SoundFileError) as error:
        raise DataError(file, "sound", "a readable WAV file", str(error), "get the file again") from error
