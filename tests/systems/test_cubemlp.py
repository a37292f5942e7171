"""CubeMLP: each axis mixed by hand with einsum, how features lie in the cube, and what training drops."""

import pytest
import torch
from torch.nn.functional import gelu

from euar.systems.cubemlp import AxisMixing, CubeMLPConfig

WIDTHS = {"a": 6, "b": 3, "c": 4}
AXES = {1: "blmc,xl->bxmc", 2: "blmc,xm->blxc", 3: "blmc,xc->blmx"}


def inputs(rows=4):
    torch.manual_seed(1)
    return {name: torch.randn(rows, width) for name, width in WIDTHS.items()}


def model(**changes):
    torch.manual_seed(0)
    return CubeMLPConfig(WIDTHS, **{"dim": 12, "steps": 4} | changes).build()


def mixed(layer, cube, axis):
    """W2 gelu(W1 LN(x) + b1) + b2 + R x, an einsum for each product."""

    def along(values):
        return values.view([-1 if i == axis else 1 for i in range(4)])

    mean = cube.mean(dim=axis, keepdim=True)
    deviation = (cube.var(dim=axis, keepdim=True, correction=0) + layer.norm.eps).sqrt()
    norm = (cube - mean) / deviation * along(layer.norm.weight) + along(layer.norm.bias)
    first, _, last = layer.network
    hidden = gelu(torch.einsum(AXES[axis], norm, first.weight) + along(first.bias))
    answer = torch.einsum(AXES[axis], hidden, last.weight) + along(last.bias)
    return answer + torch.einsum(AXES[axis], cube, layer.past.weight)


@pytest.mark.parametrize("axis", AXES)
def test_a_layer_mixes_one_axis_alone(axis):
    torch.manual_seed(0)
    cube = torch.randn(2, 4, 3, 5)
    layer = AxisMixing(axis, cube.shape[axis], 7, p=0.0)
    torch.nn.init.normal_(layer.norm.weight)
    torch.nn.init.normal_(layer.norm.bias)
    torch.testing.assert_close(layer(cube), mixed(layer, cube, axis))


def test_a_block_mixes_steps_then_modalities_then_channels_and_halves_the_steps():
    one, x = model(dropout=0.0), inputs()
    features = [one.projections[m](x[m]) for m in WIDTHS]
    cube = torch.stack([f.view(4, 4, 3) for f in features], dim=2)  # step l holds columns 3 l to 3 l + 2
    shapes = []
    for i, layer in enumerate(one.mixing):
        cube = mixed(layer, cube, 1 + i % 3)
        shapes.append(tuple(cube.shape[1:]))
    assert shapes == [(2, 3, 3)] * 3 + [(1, 3, 3)] * 3
    out = one(x)
    torch.testing.assert_close(out.cube, cube)
    torch.testing.assert_close(out.prediction, one.head(cube.reshape(4, -1))[:, 0])


@pytest.mark.parametrize(("dim", "steps", "channels"), [(5, 4, 2), (12, 5, 3), (3, 8, 1), (7, 1, 7)])
def test_features_that_do_not_fill_the_cube_are_followed_by_zeros(dim, steps, channels):
    one, x = model(dim=dim, steps=steps, blocks=1), inputs()
    projected = one.project(x, {})
    cube = one._cube(projected)
    assert cube.shape == (4, steps, 3, channels)
    for i, features in enumerate(projected.values()):
        flat = cube[:, :, i].reshape(4, -1)
        assert torch.equal(flat[:, :dim], features)
        assert flat[:, dim:].eq(0).all()
    assert one(x).prediction.shape == (4,)


def test_a_missing_modality_is_a_slice_of_zeros():
    one, x = model(), inputs()
    some = torch.tensor([True, False, True, True])
    cube = one._cube(one.project(x, {"b": some}))
    assert cube[1, :, 1].eq(0).all()
    assert one._cube(one.project({"a": x["a"]}, {}))[:, :, 1:].eq(0).all()
    x["b"][1] = torch.nan
    out = one(x, {"b": some})
    one.loss(out, torch.zeros(4)).total.backward()
    assert all(p.grad.isfinite().all() for p in one.parameters())


def test_training_drops_by_its_generator():
    one, x = model(dropout=0.5), inputs()
    draws = [one(x, None, torch.Generator().manual_seed(seed)).prediction for seed in (0, 0, 1)]
    assert torch.equal(draws[0], draws[1])
    assert not torch.equal(draws[0], draws[2])
    assert torch.equal(one.predict(x), model(dropout=0.0).predict(x))


def test_the_loss_is_the_tasks_alone():
    one, target = model(task="classification", outputs=3), torch.tensor([0, 1, 2, 0])
    out = one(inputs())
    loss = one.loss(out, target)
    torch.testing.assert_close(loss.total, torch.nn.functional.cross_entropy(out.prediction, target))
    assert loss.parts == {}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"steps": 0}, "steps: expected an int of at least 1"),
        ({"blocks": 0}, "blocks: expected an int of at least 1"),
        ({"dropout": 1.0}, "dropout: expected a number from 0 to below 1, found 1.0"),
        ({"dropout": None}, "dropout: expected a number"),
    ],
)
def test_a_field_out_of_range_is_named(changes, message):
    with pytest.raises(ValueError, match=message):
        CubeMLPConfig(WIDTHS, **changes)
