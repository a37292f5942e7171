"""Computational sequences of the CMU-MultimodalSDK."""

from euar.data.readers.csd import folder

READERS = (folder,)
