"""Users' own data: a folder with `labels.csv`, or one file; for rows to predict also features alone.

One file holds the columns of `labels.csv`, see `own.folder`, and the features beside them:

- NPZ or HDF5: columns are arrays (n,), such as `id`, `label` and `split`; features are arrays NAME (n, d), or
  (n, T, d) with NAME_lengths (n,). In HDF5 they may also stand apart, see `own.hdf5`;
- CSV: features of a modality NAME are the columns NAME_0, NAME_1, …

Columns of another name are kept as text in `MultimodalDataset.metadata`. Rows that have no ids are numbered
from 0.

Features alone are the same without `label`, or a folder without `labels.csv` with files as beside it, or one
such file: `NAME.csv`, `NAME.npy`, `NAME.npz` or `NAME.h5`. A row that one modality lacks is not available
there.
"""

from euar.data.readers.contract import Reader
from euar.data.readers.own import _alone, folder, hdf5

READERS: tuple[Reader, ...] = (folder, hdf5)
SPARE: tuple[Reader, ...] = (_alone,)
