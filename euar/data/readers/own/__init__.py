"""Users' own data: a folder with `labels.csv`, or one HDF5 file."""

from euar.data.readers.contract import Reader
from euar.data.readers.own import folder, hdf5

READERS: tuple[Reader, ...] = (folder, hdf5)
