"""Systems to compare, one module each; `registry` finds them."""

from euar.systems.base import LossTerms, MultimodalModel
from euar.systems.config import SystemConfig
from euar.systems.registry import SYSTEMS, System, find, register

__all__ = ["SYSTEMS", "LossTerms", "MultimodalModel", "System", "SystemConfig", "find", "register"]
