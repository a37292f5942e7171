"""Raw content as encoders take it: tokens and squares of pixels, computed once and kept in the cache."""

from euar.data.prepared.pixels import Squares, pixels
from euar.data.prepared.tokens import Tokens, tokens

__all__ = ["Squares", "Tokens", "pixels", "tokens"]
