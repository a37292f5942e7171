"""CMU-MOSEI in forms that no other set shares."""

from euar.data.readers.contract import Reader
from euar.data.readers.mosei import s3prl_csv

READERS: tuple[Reader, ...] = (s3prl_csv,)
