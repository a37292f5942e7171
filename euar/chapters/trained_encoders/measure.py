"""EUAR and its rivals with encoders that train along, the same for all, with an equal budget of trials.

A training takes minutes. On CMU-MOSI all systems are compared on text, and some with audio beside it; on
CMU-MOSEI and on pictures those whose differences the paper is about. Words train in mixed precision, in half
the time where the processor computes with bfloat16, convolutions in none; one system is trained in float32,
too. Of a network for pictures the upper five of seventeen blocks train, with four fifths of its weights; on
rooms also none of them, so that what their training buys can be told from what the recipe does.
"""

from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from euar.chapters.mvsa import measure as mvsa
from euar.chapters.nyud import measure as nyud
from euar.chapters.trained_encoders.as_read import AsRead
from euar.chapters.trained_encoders.asked import Asked
from euar.chapters.trained_encoders.fewer import Fewer
from euar.chapters.trained_encoders.upper import Upper
from euar.experiments.measurement import Measurement
from euar.experiments.paired import Paired, minus
from euar.experiments.tuned import RECIPE

#: The paper's Table 4 takes losses away; its Figure 4 is best at 32 experts.
SYSTEMS: tuple[tuple[str, tuple[tuple[str, Any], ...]], ...] = (
    ("linear-head", ()),
    ("default", ()),
    ("mlp-experts", ()),
    ("linear-experts", ()),
    ("concat", ()),
    ("default", (("lam", 0.0),)),
    ("default", (("alpha", 0.0), ("lam", 0.0))),
    ("paper", ()),
    ("paper", (("num_experts", 32),)),
    ("released", ()),
    ("calibrated", ()),
)
EXPERIMENT = "trained_encoders"
OURS = SYSTEMS[1]
_WITH_AUDIO = ("linear-head", "default", "mlp-experts", "concat")
_ON_MOSEI = _WITH_AUDIO
_ON_PICTURES = ("linear-head", "default", "mlp-experts", "concat", "late-fusion")
_words = replace(RECIPE, precision="bf16-mixed")
_FACTORS = (0.3, 1.0, 3.0, 9.0)
_mosi = partial(Asked, data="mosi", variant="official", factors=_FACTORS, recipe=_words)
_voice = partial(AsRead, **_mosi.keywords, modalities=("text", "audio"))
#: On some of the training rows: all would take two cores days.
_mosei = partial(
    Fewer,
    data="mosei",
    size=3000,
    modalities=("text",),
    factors=_FACTORS,
    trials=(0,),
    seeds=tuple(range(3)),
    noises=("blank:5",),
    recipe=replace(_words, epochs=4),
)
_pictures = partial(Upper, encoder_lr=1e-4, trials=(0,), seeds=tuple(range(5)))
#: The fewer rows, the more epochs.
_rooms = partial(_pictures, data="nyud", noises=nyud.NOISES, recipe=replace(RECIPE, epochs=10))
_STILL = 17  # all blocks: the last layer alone trains
#: Where the best of the three factors lay at an end, the grid grows, as grids of rates do elsewhere.
_BEYOND = {("mlp-experts", Upper.lowest): (0.1,), ("default", _STILL): (0.1,)}
_tweets = partial(_pictures, data="mvsa", noises=mvsa.NOISES, recipe=replace(RECIPE, epochs=3))


class Where(NamedTuple):
    """Rows that are compared with each other.

    Attributes:
        data: name of the data set.
        modalities: those that are used; None for all.
        lowest: blocks of each picture encoder that stay as they are.
    """

    data: str
    modalities: tuple[str, ...] | None
    lowest: int = 0


def compared() -> list[Asked]:
    """Return every system on the words of CMU-MOSI, some with the voice, on CMU-MOSEI and on pictures."""
    voice = [_voice(system=system) for system in _WITH_AUDIO]
    more = [_mosei(system=system) for system in _ON_MOSEI]
    rooms = [_room(system, lowest) for lowest in (Upper.lowest, _STILL) for system in _ON_PICTURES]
    tweets = [_tweets(system=system) for system in _ON_PICTURES]
    return [*on_words(), *voice, *more, *rooms, *tweets]


def _room(system: str, lowest: int) -> Upper:
    factors = (*_BEYOND.get((system, lowest), ()), *Upper.factors)
    return _rooms(system=system, lowest=lowest, factors=factors)


def on_words() -> list[Asked]:
    """Return every system on the words of CMU-MOSI."""
    return [
        _mosi(system=system, changes=changes, modalities=("text",), noises=("blank:5",))
        for system, changes in SYSTEMS
    ]


def in_float32() -> Asked:
    """Return the linear head on words without half precision, with the rate that it has there."""
    return _mosi(system="linear-head", modalities=("text",), factors=(3.0,), recipe=RECIPE)


def differences() -> dict[Asked, Paired]:
    """Return {row: EUAR's default minus it}, for each row beside it on the same data."""
    ours = {where(one): one for one in compared() if (one.system, one.changes) == OURS}
    return {one: minus(ours[where(one)], one, EXPERIMENT) for one in compared() if one != ours[where(one)]}


def measurements() -> list[Measurement]:
    """Return all that is compared, what mixed precision changes, and then the differences."""
    return [*compared(), in_float32(), *differences().values()]


def where(one: Asked) -> Where:
    """Return with which rows one is compared."""
    return Where(one.data, one.modalities, getattr(one, "lowest", 0))
