"""Users' own data: a folder with `labels.csv`, or one HDF5 file."""

from euar.data.readers.own import folder, hdf5

READERS = (folder, hdf5)
