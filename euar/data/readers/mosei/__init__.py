"""CMU-MOSEI in forms that no other set shares."""

from euar.data.readers.mosei import s3prl_csv

READERS = (s3prl_csv,)
