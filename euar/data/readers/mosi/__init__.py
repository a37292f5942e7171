"""CMU-MOSI in the forms in which it can still be had."""

from euar.data.readers.contract import Reader
from euar.data.readers.mosi import bc_lstm, cross_modal_bert, folder, label_csv

READERS: tuple[Reader, ...] = (folder, bc_lstm, cross_modal_bert, label_csv)
