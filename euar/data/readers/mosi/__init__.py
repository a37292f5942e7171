"""CMU-MOSI in the forms in which it can still be had."""

from euar.data.readers.mosi import bc_lstm, cross_modal_bert, folder, label_csv

READERS = (folder, bc_lstm, cross_modal_bert, label_csv)
