"""MVSA-Single: tweets with a picture."""

from euar.data.readers.contract import Reader
from euar.data.readers.mvsa import folder

READERS: tuple[Reader, ...] = (folder,)
