"""NYU Depth V2: rooms with a depth map, in three layouts."""

from euar.data.readers.contract import Reader
from euar.data.readers.nyud import folder, mat, pairs

READERS: tuple[Reader, ...] = (folder, pairs, mat)
