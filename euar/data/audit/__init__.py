"""Look at a source and say what is right and wrong with it, as a report for people and as JSON."""

from euar.data.audit.findings import Item, Report
from euar.data.audit.source import audit, read_and_audit

__all__ = ["Item", "Report", "audit", "read_and_audit"]
