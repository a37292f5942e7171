"""Cyclic translation: a cycle by hand, the chain of codes, which modality is read where one is missing."""

import pytest
import torch

from euar.systems.mctn import MCTNConfig, translation_loss

WIDTHS = {"a": 6, "b": 3, "c": 4}
SOME = torch.tensor([True, False, True, True])


def inputs(rows=4):
    torch.manual_seed(1)
    return {name: torch.randn(rows, width) for name, width in WIDTHS.items()}


def model(**changes):
    torch.manual_seed(0)
    return MCTNConfig(WIDTHS, **{"dim": 5} | changes).build()


def scale(layer, factor):
    """Let a layer of one number multiply it."""
    with torch.no_grad():
        layer.weight.fill_(factor)
        layer.bias.zero_()


def by_hand():
    """Single numbers: the source times 2 times 3 is the target, and that times 0.5 times 0.3 comes back."""
    one = MCTNConfig({"a": 1, "b": 1}, dim=1, projection="linear").build()
    scale(one.projections["a"], 2.0)
    scale(one.projections["b"], 0.5)
    for network in (one.encoders["b"], one.decoders["b"]):
        scale(network[0], 1.0)
        scale(network[2], 1.0)
    scale(one.readouts["b"], 3.0)
    scale(one.readouts["a"], 0.3)
    scale(one.head, 10.0)
    return one


def test_a_cycle_by_hand():
    one = by_hand()
    out = one({"a": torch.tensor([[2.0], [4.0]]), "b": torch.tensor([[10.0], [27.0]])})
    # 2 and 4: codes 4 and 8, translations 12 and 24, their codes 6 and 12, which come back as 1.8 and 3.6
    assert out.code[:, 0].tolist() == [4, 8]
    assert out.prediction.tolist() == [40, 80]
    assert out.translation.item() == pytest.approx((2**2 + 3**2) / 2)
    assert out.cycle.item() == pytest.approx((0.2**2 + 0.4**2) / 2)
    loss = one.loss(out, torch.tensor([40.0, 83.0]))
    assert loss.task.item() == pytest.approx(4.5)
    assert loss.total.item() == pytest.approx(4.5 + 0.1 * 6.5 + 0.1 * 0.1)


def test_the_code_goes_through_all_translators_and_only_the_first_comes_back():
    one, x = model(translation_weight=2.0, cycle_weight=3.0), inputs()
    first = one.encoders["b"](one.projections["a"](x["a"]))
    last = one.encoders["c"](first)
    said = {"b": one.readouts["b"](one.decoders["b"](first)), "c": one.readouts["c"](one.decoders["c"](last))}
    again = one.encoders["b"](one.projections["b"](said["b"]))
    back = one.readouts["a"](one.decoders["b"](again))
    out = one(x)
    torch.testing.assert_close(out.prediction, one.head(last)[:, 0])
    torch.testing.assert_close(out.translation, sum((said[m] - x[m]).square().mean() for m in said))
    torch.testing.assert_close(out.cycle, (back - x["a"]).square().mean())
    loss = one.loss(out, torch.zeros(4))
    torch.testing.assert_close(loss.total, loss.task + 2 * out.translation + 3 * out.cycle)
    assert set(loss.parts) == {"translation", "cycle"}


def test_only_the_source_is_needed_to_predict():
    one, x = model(), inputs()
    assert torch.equal(one.predict({"a": x["a"]}), one.predict(x))
    other = model(source="c")
    assert (other.reads, other.targets) == (("c",), ("a", "b"))
    assert torch.equal(other.predict({"c": x["c"]}), other.predict(x))
    assert not torch.equal(other.predict(x | {"c": -x["c"]}), other.predict(x))


def test_a_row_without_the_source_is_read_from_the_first_target():
    one, x = model(), inputs()
    x["a"][1] = torch.nan
    found = one.predict(x, {"a": SOME})
    code = one.encoders["c"](one.encoders["b"](one.projections["b"](x["b"])))
    torch.testing.assert_close(found[1], one.head(code)[1, 0])
    torch.testing.assert_close(found[SOME], one.predict(x)[SOME])
    torch.testing.assert_close(one.predict({"b": x["b"]}), one.head(code)[:, 0])


def test_a_row_with_neither_gets_a_constant():
    one, x = model(), inputs()
    alone = one.predict({"c": x["c"]})
    assert alone.unique().numel() == 1
    masks = {"a": SOME, "b": SOME}
    torch.testing.assert_close(one.predict(x, masks)[1], alone[1])


def test_a_translation_counts_where_source_and_target_are_there():
    one, x = model(), inputs()
    x["a"][1], x["c"][2] = torch.nan, torch.nan
    out = one(x, {"a": SOME, "c": torch.tensor([True, True, False, True])})
    rows = {"b": [0, 2, 3], "c": [0, 3]}
    torch.testing.assert_close(out.cycle, one({m: x[m][SOME] for m in ("a", "b")}).cycle)
    parts = [one({m: x[m][rows[target]] for m in ("a", target)}).translation for target in rows]
    torch.testing.assert_close(out.translation, sum(parts))
    one.loss(out, torch.zeros(4)).total.backward()
    assert all(p.grad is None or p.grad.isfinite().all() for p in one.parameters())


def test_a_batch_without_a_target_or_source_still_has_both_terms():
    one, x = model(), inputs()
    for given in ("a", "b", "c"):
        loss = one.loss(one({given: x[given]}), torch.zeros(4))
        assert set(loss.parts) == {"translation", "cycle"}
        assert loss.parts["translation"] == 0
        assert (loss.parts["cycle"] > 0) == (given == "a")


def test_an_error_of_no_row_is_zero():
    assert translation_loss(torch.ones(4, 3), torch.full((4, 3), torch.nan), SOME & ~SOME) == 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"source": "smell"}, "source: expected one of None, 'a', 'b', 'c', found 'smell'"),
        ({"translation_weight": -1.0}, "translation_weight: expected a finite number >= 0"),
        ({"cycle_weight": float("inf")}, "cycle_weight: expected a finite number >= 0"),
        ({"in_features": {"a": 6}}, "in_features: expected at least 2 modalities, found 1"),
    ],
)
def test_a_field_out_of_range_is_named(changes, message):
    with pytest.raises(ValueError, match=message):
        MCTNConfig(**{"in_features": WIDTHS} | changes)
