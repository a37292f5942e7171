"""What single chapters need, a package each, and what they share: claims and the judge of exercises.

`exercises.py` judges a reader's answers, `pictures.py` draws, `measure.py` says what is measured for the
chapter; each is there where the chapter needs it. `claim` stops a chapter when the seeds do not bear it out;
`cell` puts their mean and interval into a table.
"""

from euar.chapters.cells import cell
from euar.chapters.claims import Claim, ClaimError, claim
from euar.chapters.feedback import Feedback

__all__ = ["Claim", "ClaimError", "Feedback", "cell", "claim"]
