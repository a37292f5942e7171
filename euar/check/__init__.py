"""Checks that the book runs: answers to exercises, one module a chapter, and claims.

`euar.check.gaussian_experts.kl(answer)` returns `Feedback`; `claim` stops the chapter when the seeds do not
bear it out.
"""

from euar.check.claims import Claim, ClaimError, claim
from euar.check.feedback import Feedback

__all__ = ["Claim", "ClaimError", "Feedback", "claim"]
