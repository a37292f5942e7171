"""Should I use it? Advice in a few lines, each chosen by what was measured."""

from collections.abc import Mapping

from euar.chapters.findings import experts, routing, sigma
from euar.chapters.findings.benchmarks import LINEAR, PLAIN
from euar.chapters.findings.wording import AHEAD, APART, BEHIND, between, listed, side, standing
from euar.chapters.quick_start.measure import presets
from euar.chapters.trained_encoders.records import WORDS, leads
from euar.experiments.comparison import Comparison
from euar.experiments.store import newest
from euar.intervals import t_interval

_EXPERTS = {
    AHEAD: "Gaussian ones: ahead of linear ones",
    APART: "Linear ones: simpler, not told apart from Gaussian ones",
    BEHIND: "Linear ones: ahead of Gaussian ones",
}


def advice(known: Mapping[str, Comparison], meters: sigma.Known, pushed: routing.Known) -> str:
    """Return a Markdown list, one decision a line.

    Args:
        known: see `experts.compared`.
        meters: see `sigma.results`.
        pushed: see `routing.results`.
    """
    lines = [_score(known), _which(known), _noise(known), _interval(meters), _route(pushed), _repeat()]
    return "\n".join(f"- {line}" for line in lines)


def _score(known: Mapping[str, Comparison]) -> str:
    sets = experts.leads(known, "linear")
    means = [one.mean for one in map(t_interval, sets.values()) if side(one) > 0]
    size = f"; its leads are {between(means, 1)} hundredths" if means else ""
    return (
        f"**A score?** A linear model first; EUAR is {experts.counts(sets, named=False)}{size} "
        f"([ledger](ledger.ipynb)); with [trained encoders](trained_encoders.ipynb) {_trained()}."
    )


def _trained() -> str:
    """The words of CMU-MOSI, with an encoder that trains along."""
    words = [standing(lead.interval) for lead in leads(WORDS, "acc2").values()]
    return f"{AHEAD} {words.count(AHEAD)} of {len(words)} rivals"


def _which(known: Mapping[str, Comparison]) -> str:
    word = standing(experts.pooled(experts.leads(known, LINEAR)))
    return f"**Experts?** {_EXPERTS[word]} ([experts](gaussian_experts.ipynb))."


def _noise(known: Mapping[str, Comparison]) -> str:
    sets = experts.leads(known, PLAIN, noisy=True)
    word = "Perhaps" if any(standing(t_interval(v)) == AHEAD for v in sets.values()) else "No gain shown"
    links = "[MVSA](mvsa.ipynb), [NYU](nyud.ipynb)"
    return f"**Noisy pictures?** {word}: against plain experts {experts.counts(sets)} ({links})."


def _interval(meters: sigma.Known) -> str:
    passed = sigma.answered_by_likelihood(meters)
    trust = f"Train a likelihood (here: noise of {listed(passed)})"
    word = trust if passed else "Test any variance before you read it"
    return f"**A prediction's uncertainty?** {word} ([sigma](what_sigma_knows.ipynb))."


def _route(pushed: routing.Known) -> str:
    how = {1: "Weights that sum to 1, variance detached", 0: "We know of none", -1: "We know of none"}
    sign = side(t_interval(routing.more(pushed, routing.OBEDIENT, "agreement")))
    helped = -side(t_interval(routing.harm(pushed, routing.OBEDIENT)))
    price = {1: "with less error", 0: "at no shown gain", -1: "with more error"}[helped]
    take = f"{how[sign]}, {price}" if sign > 0 else how[sign]
    return f"**A router that prefers sure experts?** {take} ([U-loss](uncertainty_loss.ipynb))."


def _repeat() -> str:
    both = Comparison({one.system: result for one, result in newest("quick_start", presets())})
    word = standing(t_interval(both.differences("released", "default", "mae")), less_is_better=True)
    return (
        f"**To repeat the paper?** On the tweets, `released` is {word} `default` "
        "([quick start](quick_start.ipynb))."
    )
