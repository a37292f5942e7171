"""EUAR and its rivals with encoders that train along, the same for all, with an equal budget of trials.

A training takes minutes. On CMU-MOSI all systems are compared on text, and some with audio beside it; on
pictures those whose differences the paper is about.
"""

from functools import partial
from typing import Any

from euar.chapters.mvsa import measure as mvsa
from euar.chapters.nyud import measure as nyud
from euar.experiments.tuned import Tuned
from euar.training import Recipe

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
)
_WITH_AUDIO = ("linear-head", "default", "mlp-experts", "concat")
_ON_PICTURES = ("linear-head", "default", "mlp-experts", "concat", "late-fusion")
_mosi = partial(Tuned, data="mosi", variant="official")
_pictures = partial(
    Tuned,
    encoder_lr=3e-4,
    trials=(0,),
    seeds=tuple(range(5)),
    recipe=Recipe(epochs=8, batch_size=16, weight_decay=0.01, warmup=0.1),
)


def measurements() -> list[Tuned]:
    """Return every system on the words of CMU-MOSI, some with the voice, and some on pictures."""
    words = [
        _mosi(system=system, changes=changes, modalities=("text",), noises=("blank:5",))
        for system, changes in SYSTEMS
    ]
    voice = [_mosi(system=system, modalities=("text", "audio")) for system in _WITH_AUDIO]
    rooms = [_pictures(data="nyud", system=system, noises=nyud.NOISES) for system in _ON_PICTURES]
    tweets = [_pictures(data="mvsa", system=system, noises=mvsa.NOISES) for system in _ON_PICTURES]
    return [*words, *voice, *rooms, *tweets]
