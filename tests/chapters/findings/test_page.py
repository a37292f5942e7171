"""The page: one screen, words that follow the results, claims that can fail, links that lead somewhere."""

import copy
import re
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest
from bookbuild.reading import prose

from euar.chapters import ClaimError
from euar.chapters.findings import decisions, experts, routing, sigma
from euar.chapters.findings.benchmarks import BENCHMARKS, LINEAR, PLAIN
from euar.intervals import Interval
from tests.chapters.controls import BOOK, run, sources
from tests.drawing import drawn

WORDS = 450
LINES = 6


@pytest.fixture(scope="module")
def known():
    return experts.compared()


@pytest.fixture(scope="module")
def meters():
    return sigma.results()


@pytest.fixture(scope="module")
def pushed():
    return routing.results()


@pytest.fixture(scope="module")
def said(known, meters, pushed):
    """Everything that the page says: its text, and what its cells print."""
    cells = nbformat.read(BOOK / "findings.ipynb", as_version=4).cells
    answers = experts.answer(known), sigma.answer(meters), routing.answer(pushed)
    computed = [text for one in answers for text in (one.verdict, one.below)]
    texts = [cell.source for cell in cells if cell.cell_type == "markdown"]
    return [*texts, *computed, decisions.advice(known, meters, pushed)]


def better(known, other, title, by):
    """The results with the default ahead of another by `by` (S,) in the metric that decides."""
    changed = copy.deepcopy(known)
    pair = (changed[title].results[name]["runs"] for name in ("default", other))
    for ours, theirs, more in zip(*pair, by, strict=False):
        for place in ("test", *ours["others"]):
            scores = [one["test"] if place == "test" else one["others"][place] for one in (ours, theirs)]
            scores[0][BENCHMARKS[title].metric] = scores[1][BENCHMARKS[title].metric] + more
    return changed


def test_the_page_is_one_screen(said):
    assert sum(len(prose(text).split()) for text in said) <= WORDS
    assert len(said[-1].splitlines()) <= LINES


def test_links_lead_to_pages(said):
    links = [link for text in said for link in re.findall(r"\]\(([^)]+)\)", text)]
    assert len(links) > LINES
    assert [link for link in links if not (BOOK / link).exists()] == []


def test_code_is_not_on_the_page():
    cells = nbformat.read(BOOK / "findings.ipynb", as_version=4).cells
    assert all("remove-input" in c.metadata.tags for c in cells if c.cell_type == "code")


def test_it_is_the_first_page_after_the_root():
    from bookbuild.layout import chapters

    assert [page.name for page in chapters(BOOK.parent, "smoke")][:2] == ["intro", "findings"]


SPREAD = np.linspace(-0.001, 0.001, 20)


@pytest.mark.parametrize(
    ("by", "word", "take"),
    [
        (0.05, "ahead of", "Gaussian ones: ahead"),
        (0.0, "not told apart from", "not told"),
        (-0.05, "behind", "Linear ones: ahead"),
    ],
)
def test_the_verdict_on_experts_follows_the_results(known, meters, pushed, by, word, take):
    for other in (PLAIN, LINEAR):
        for title in known:
            if other in known[title]:
                known = better(
                    known, other, title, by + SPREAD * (1 if by else np.random.default_rng(0).choice([-1, 1]))
                )
    verdict = experts.answer(known).verdict
    assert f"**{word}** plain" in verdict
    assert f"**{word}** linear" in verdict
    assert take in decisions.advice(known, meters, pushed)


def set_noise(meters, values):
    """Every reading's correlation with the noise, by world."""
    changed = copy.deepcopy(meters)
    for (_, world), result in changed.items():
        for i, one in enumerate(result["runs"] if world in values else ()):
            for state in one["states"].values():
                tests = [t for part in ("views", "whole") for t in state.get(part, {}).values()]
                tests += [t for view in state["views"].values() for t in view.values() if isinstance(t, dict)]
                for test in tests:
                    if "noise" in test:
                        test["noise"] = values[world] + 0.01 * i
    return changed


@pytest.mark.parametrize(
    ("loud", "quiet", "word", "turned", "use"),
    [
        (0.5, 0.5, "**Yes.**", "24 rise.* 0 change", "Train a likelihood"),
        (0.5, -0.5, "**No.**", "0 rise.* 24 change", "Test any variance"),
        (-0.5, -0.5, "**No.**", "0 rise.* 0 change", "Test any variance"),
    ],
)
def test_the_verdict_on_sigma_follows_the_results(known, meters, pushed, loud, quiet, word, turned, use):
    changed = set_noise(meters, {"loud": loud, "quiet": quiet})
    verdict = sigma.answer(changed).verdict
    assert verdict.startswith(word)
    assert re.search(rf", {turned}", verdict)
    assert use in decisions.advice(known, changed, pushed)


@pytest.mark.parametrize(("low", "ahead"), [(0.1, 2), (-0.1, 0)])
def test_rivals_with_trained_encoders_are_counted(known, meters, pushed, monkeypatch, low, ahead):
    lead = SimpleNamespace(interval=Interval(0.2, low, 0.3, 10))
    monkeypatch.setattr(decisions, "leads", lambda *_: {"concat": lead, "linear head": lead})
    assert f"ahead of {ahead} of 2 rivals" in decisions.advice(known, meters, pushed)


def set_errors(pushed, by):
    changed = copy.deepcopy(pushed)
    for key, result in changed.items():
        for i, one in enumerate(result["runs"] if key[0] else ()):
            before = pushed[routing.without(key)]["runs"][i]
            for split in routing.SPLITS:
                one[split]["mae"] = before[split]["mae"] + by + 0.0001 * (-1) ** i
    return changed


@pytest.mark.parametrize(
    ("by", "words", "caption"),
    [
        (-0.1, "falls in 11 of 11 settings (rises in 0), on noisy rows in 11", "ahead of"),
        (0.0, "falls in 0 of 11 settings (rises in 0), on noisy rows in 0", "not told apart from"),
        (0.1, "falls in 0 of 11 settings (rises in 11), on noisy rows in 0", "behind"),
    ],
)
def test_the_verdict_on_help_follows_the_results(pushed, by, words, caption):
    answer = routing.answer(set_errors(pushed, by))
    assert words in answer.verdict
    assert f"the model is {caption} that" in answer.caption
    assert ("would show" in answer.undecided) == (by == 0)


@pytest.mark.parametrize(("agree", "word"), [(0.9, "raises"), (0.05, "lowers")])
def test_the_verdict_on_avoiding_follows_the_results(pushed, agree, word):
    changed = copy.deepcopy(pushed)
    for i, one in enumerate(changed[routing.PAPER]["runs"]):
        for view in one["states"]["selected"].values():
            view["agreement"] = agree + 0.001 * i
    assert f"the paper's weight {word} that" in routing.answer(changed).verdict


def test_the_claims_hold_and_can_fail(known, meters, pushed, capsys):
    def claims(**changed):
        run("findings", "claims", **{"meters": meters, "pushed": pushed, "compared": known} | changed)

    claims()
    assert (
        capsys.readouterr().out.count("✓") == sources("findings")["claims"].count("claim(") + 1
    )  # two worlds
    with pytest.raises(ClaimError, match="agreement"):
        claims(pushed={**pushed, routing.OBEDIENT: pushed[routing.GATE]})
    for world in sigma.WORLDS:
        with pytest.raises(ClaimError, match=world):
            claims(
                meters=meters | {k: v for k, v in set_noise(meters, {world: 0.1}).items() if k[1] == world}
            )


def test_pictures_have_a_row_for_all_that_is_compared(known, meters, pushed):
    rows = [
        [tick.get_text() for tick in drawn(made)[0].get_yticklabels()]
        for made in (experts.picture(known), sigma.picture(meters), routing.picture(pushed))
    ]
    assert rows[0] == [*BENCHMARKS, "pooled"]
    assert rows[1] == [f"{view}, {world}" for view in sigma.VIEWS for world in sigma.WORLDS]
    assert len(rows[2]) == 5
    assert all(re.search(r"agree: \d+%", row) for row in rows[2])
