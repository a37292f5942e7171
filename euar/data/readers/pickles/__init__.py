"""Pickles in which features of CMU-MOSI and CMU-MOSEI circulate; read without being executed."""

from euar.data.readers.contract import PickleReader
from euar.data.readers.pickles import mag, mmsa, mult

PICKLES: tuple[PickleReader, ...] = (mmsa, mult, mag)
