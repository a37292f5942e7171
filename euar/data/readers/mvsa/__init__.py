"""MVSA-Single: tweets with a picture."""

from euar.data.readers.mvsa import folder

READERS = (folder,)
