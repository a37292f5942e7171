"""GCNet: its LSTM against torch's, edges and convolutions by hand, windows, a label that stands next door."""

import numpy as np
import pytest
import torch
from torch import nn

from euar.data import MultimodalDataset
from euar.systems.gcnet import BiLSTM, GCNetConfig, GraphBranch, temporal_edges
from euar.training import fit
from tests.systems import imagines

WIDTHS = {"a": 6, "b": 3}


@pytest.fixture
def model():
    torch.manual_seed(0)
    return GCNetConfig(WIDTHS, dim=6, reach=2, span=1).build()


def inputs(*shape):
    generator = torch.Generator().manual_seed(1)
    return {name: torch.randn(*shape, width, generator=generator) for name, width in WIDTHS.items()}


def everywhere(*shape):
    return dict.fromkeys(WIDTHS, torch.ones(shape, dtype=torch.bool))


def test_edges_join_what_is_near_and_there():
    exists = torch.tensor([[True] * 5, [False, True, True, True, False]])
    edges = temporal_edges(exists, span=2)
    assert edges.shape == (2, 3, 5, 5)
    for b, relation, i, j in np.ndindex(2, 3, 5, 5):
        order = (j > i) - (j < i) + 1  # past, now, future
        expected = abs(i - j) <= 2 and relation == order and exists[b, i] and exists[b, j]
        assert edges[b, relation, i, j] == bool(expected)


def test_the_lstm_is_torchs_over_the_utterances_there_are():
    torch.manual_seed(0)
    ours, theirs = BiLSTM(4, 3), nn.LSTM(4, 3, bidirectional=True, batch_first=True)
    with torch.no_grad():
        for way, suffix in enumerate(("l0", "l0_reverse")):
            getattr(theirs, f"weight_ih_{suffix}").copy_(ours.input_weight[way].T)
            getattr(theirs, f"weight_hh_{suffix}").copy_(ours.state_weight[way].T)
            getattr(theirs, f"bias_ih_{suffix}").copy_(ours.bias[way, 0])
            getattr(theirs, f"bias_hh_{suffix}").zero_()
    x, exists = torch.randn(2, 5, 4), torch.tensor([[True] * 5, [False, True, True, True, False]])
    found = ours(x, exists)
    torch.testing.assert_close(found[0], theirs(x[0])[0])
    torch.testing.assert_close(found[1, 1:4], theirs(x[1, 1:4])[0])
    assert found[1, [0, 4]].eq(0).all()


@pytest.mark.parametrize("relations", [1, 3])
def test_the_convolutions_are_the_papers_a_node_at_a_time(relations):
    torch.manual_seed(0)
    branch, nodes = GraphBranch(2, relations), torch.randn(2, 4, 4)
    exists = torch.tensor([[True] * 4, [False, True, True, True]])
    edges = temporal_edges(exists, span=1)
    edges = edges if relations == 3 else edges.any(dim=1, keepdim=True)
    weights = branch.related.weight.split(4, dim=1)

    def related(b, i):
        for r in range(relations):
            near = [nodes[b, j] for j in range(4) if edges[b, r, i, j]]
            if near:
                yield weights[r] @ (sum(near) / len(near))

    gathered = torch.stack(
        [
            torch.stack([torch.relu(branch.root(nodes[b, i]) + sum(related(b, i))) for i in range(4)])
            for b in range(2)
        ]
    )
    found = branch.convolve(nodes, edges)
    for b, i in np.ndindex(2, 4):
        near = [gathered[b, j] for j in range(4) if abs(i - j) <= 1 and exists[b, i] and exists[b, j]]
        around = branch.around.weight @ sum(near) if near else 0
        torch.testing.assert_close(found[b, i], branch.own(gathered[b, i]) + around)


def test_a_row_is_the_middle_of_its_window_and_alone_is_a_window_of_one(model):
    x, there = inputs(4, 5), torch.tensor([False, False, True, False, False]).expand(4, 5)
    alone = model.predict({m: values[:, 2] for m, values in x.items()})
    torch.testing.assert_close(model.predict(x, dict.fromkeys(WIDTHS, there)), alone)
    together = model.predict(x, everywhere(4, 5))
    assert not torch.isclose(together, alone).any()
    torch.testing.assert_close(model.predict(x), together)


def test_utterances_at_the_ends_of_a_window_count_and_their_missing_features_do_not(model):
    x, masks = inputs(4, 5), everywhere(4, 5)
    masks["b"] = masks["b"].clone()
    masks["b"][:, 4] = False
    first = model.predict(x, masks)
    x["b"][:, 4] = torch.nan
    assert torch.equal(model.predict(x, masks), first)
    x["a"][:, 4] += 1
    assert not torch.isclose(model.predict(x, masks), first).any()


def test_rows_without_a_neighbour_do_not_depend_on_what_pads_them(model):
    x, there = inputs(4, 5), torch.tensor([False, False, True, True, True]).expand(4, 5)
    masks = dict.fromkeys(WIDTHS, there)
    short = {m: values[:, 1:4] for m, values in x.items()}
    first = model.predict(x, masks)
    spoiled = {m: values.masked_fill(~there.unsqueeze(-1), torch.nan) for m, values in x.items()}
    assert torch.equal(model.predict(spoiled, masks), first)
    shorter = model.predict(short, dict.fromkeys(WIDTHS, there[:, 1:4]))
    assert not torch.isclose(shorter, first).any()  # one utterance fewer is another video


def test_completion_is_of_what_the_graphs_did_not_see_and_is_known(model):
    x, some = inputs(64, 5), torch.arange(64) % 3 > 0
    masks = everywhere(64, 5)
    masks["b"] = some.unsqueeze(-1).expand(64, 5)
    out = model(x, masks, torch.Generator().manual_seed(0))
    assert 0 < out.left_out["b"].sum() < some.sum()
    assert not out.left_out["b"][~some].any()
    assert not (out.left_out["a"] & ~some).any()  # it is all that these have
    assert not (out.left_out["a"] & out.left_out["b"]).any()
    expected = 0
    for m, left_out in out.left_out.items():
        expected += ((out.completed[m] - x[m][:, 2]) ** 2)[left_out].mean()
    loss = model.loss(out, torch.zeros(64))
    torch.testing.assert_close(loss.parts["completion"], expected)
    torch.testing.assert_close(loss.total, loss.task + loss.parts["completion"])


def test_evaluation_leaves_nothing_out(model):
    imagines.leaves_nothing_out_in_evaluation(model, inputs(64))
    assert not any(left_out.any() for left_out in model(inputs(4, 5)).left_out.values())


def test_it_does_better_than_fusion_where_a_modality_is_missing():
    imagines.does_better_than_fusion_without_the_best_view("gcnet")


def video(groups):
    """Utterances of which each is rated by what the one before it shows; rows lie in any order."""
    rng = np.random.default_rng(0)
    shown = rng.uniform(-2, 2, (60, 12)).astype(np.float32)
    target = np.concatenate([np.zeros((60, 1), np.float32), shown[:, :-1]], axis=1)
    order = rng.permutation(shown.size)
    ids = np.array([f"{v}_{place}" for v in range(60) for place in range(12)])
    split = np.repeat(["train", "valid", "test"], [33 * 12, 5 * 12, 22 * 12])
    values = np.stack([shown.ravel(), rng.normal(size=shown.size)], axis=1).astype(np.float32)
    return MultimodalDataset(
        name="video",
        modalities={"face": values[order], "voice": (0.5 * values[order, :1]).astype(np.float32)},
        target=target.ravel()[order],
        ids=ids[order],
        split=split[order],
        groups=np.repeat(np.arange(60).astype(str), 12)[order] if groups else None,
    )


@pytest.mark.parametrize("groups", [True, False])
def test_a_label_that_the_utterance_before_shows_is_learned_with_the_order_alone(groups):
    data = video(groups)
    config = GCNetConfig(data.in_features, dim=16, reach=1, span=1)
    seeds = (0, 1) if groups else (0,)
    runs = fit(config, data, seeds=seeds, epochs=8, lr=1e-2, device="cpu", progress=False)
    target = data.target[data.split == "test"]
    constant = np.abs(target - np.median(target)).mean()
    for run in runs:
        assert (run.metrics["test"]["mae"] < 0.6 * constant) == groups


@pytest.mark.parametrize(
    ("length", "mask", "message"),
    [
        (4, 4, r"windows: expected one odd length of all, found \[4\]"),
        (5, 3, r"windows: expected one odd length of all, found \[3, 5\]"),
    ],
)
def test_windows_that_do_not_fit_are_refused(model, length, mask, message):
    with pytest.raises(ValueError, match=message):
        model(inputs(4, length), {"a": torch.ones(4, mask, dtype=torch.bool)})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"reach": 0}, "reach: expected an int of at least 1"),
        ({"span": 0}, "span: expected an int of at least 1"),
        ({"leave_out": 0.0}, "leave_out: expected a number above 0"),
        ({"completion": -1.0}, "completion: expected a finite number >= 0"),
    ],
)
def test_a_field_out_of_range_is_named(changes, message):
    with pytest.raises(ValueError, match=message):
        GCNetConfig(WIDTHS, **changes)
