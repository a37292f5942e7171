"""Users' own data: a folder with `labels.csv`, one HDF5 file, or features alone for rows to predict.

Features alone stand in a folder without `labels.csv`, or in one file:

- a folder: files as beside `labels.csv`, see `own.folder`;
- an NPZ or HDF5 file with arrays NAME (n, d), or (n, T, d) with NAME_lengths (n,), and ids in `id` (n,);
- `NAME.csv`, `NAME.npy`, `NAME.npz` or `NAME.h5` with one modality, as in such a folder.

Rows that have no ids are numbered from 0. A row that one modality lacks is not available there.
"""

from euar.data.readers.contract import Reader
from euar.data.readers.own import _unlabelled, folder, hdf5

READERS: tuple[Reader, ...] = (folder, hdf5)
UNLABELLED: tuple[Reader, ...] = (_unlabelled,)
