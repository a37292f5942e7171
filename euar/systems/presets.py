"""EUAR itself, in the three readings of `EUARConfig`, and calibrated, see `systems.calibrated`."""

from euar.model import EUARConfig
from euar.systems.calibrated import CalibratedConfig
from euar.systems.registry import System

DEFAULT = System(
    name="default",
    label="EUAR",
    config=EUARConfig,
    source="Gao et al., ACM MM 2024, Eq. 1-12",
    faithful="the equations; where they leave a choice, or break at its letter, our recommended reading",
    kind="EUAR",
)
PAPER = System(
    name="paper",
    label="EUAR, paper",
    config=EUARConfig.paper,
    source="Gao et al., ACM MM 2024, Eq. 1-12 and Section 4.1",
    faithful="to the letter, but for the log-variance in place of sigma in Eq. 2",
    kind="EUAR",
)
RELEASED = System(
    name="released",
    label="EUAR, released",
    config=EUARConfig.released,
    source="the paper's released code",
    faithful="its arithmetic and weights after the encoders; a linear projection stands for its conv1d",
    kind="EUAR",
)
CALIBRATED = System(
    name="calibrated",
    label="EUAR, calibrated",
    config=CalibratedConfig,
    source="this book: each modality's own likelihood, on the variance that its experts pass on",
    faithful="gates, Gaussian experts, KL and load balance of Eq. 1-9; head, fusion and U-loss are ours",
    kind="EUAR",
)
