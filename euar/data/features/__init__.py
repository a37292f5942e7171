"""Features from texts, pictures and sounds: frozen extractors, run once and kept in the cache."""

from euar.data.features.attach import attach, corrupted, defaults
from euar.data.features.corruptions import Corruption
from euar.data.features.extract import extract
from euar.data.features.extractors import EXTRACTORS, Extractor, create

__all__ = [
    "EXTRACTORS",
    "Corruption",
    "Extractor",
    "attach",
    "corrupted",
    "create",
    "defaults",
    "extract",
]
