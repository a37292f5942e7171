"""Computational sequences of the CMU-MultimodalSDK."""

from euar.data.readers.contract import Reader
from euar.data.readers.csd import folder

READERS: tuple[Reader, ...] = (folder,)
