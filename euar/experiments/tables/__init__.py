"""Tables of the paper, measured: which cells they have, where results lie, what they say of each claim."""

from euar.experiments.tables.compared import Compared, compared
from euar.experiments.tables.found import Found, homes, search
from euar.experiments.tables.panels import Panel, Table
from euar.experiments.tables.verdicts import Verdict, overall

__all__ = ["Compared", "Found", "Panel", "Table", "Verdict", "compared", "homes", "overall", "search"]
