"""Look at a source and say what is right and wrong with it, as a report for people and as JSON."""

from euar.data.check.report import Item, Report
from euar.data.check.run import check, examine

__all__ = ["Item", "Report", "check", "examine"]
