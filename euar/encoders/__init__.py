"""Encoders that train along with a system: texts, pictures, sequences of frames."""

from euar.encoders.base import Encoder, EncoderConfig
from euar.encoders.end_to_end import EndToEnd, EndToEndConfig
from euar.encoders.features import FeaturesConfig
from euar.encoders.padded import Padded
from euar.encoders.picture import PictureEncoderConfig
from euar.encoders.sequence import SequenceEncoderConfig
from euar.encoders.text import TextEncoderConfig

__all__ = [
    "Encoder",
    "EncoderConfig",
    "EndToEnd",
    "EndToEndConfig",
    "FeaturesConfig",
    "Padded",
    "PictureEncoderConfig",
    "SequenceEncoderConfig",
    "TextEncoderConfig",
]
