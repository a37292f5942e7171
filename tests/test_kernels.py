"""Every way to compute a mixture gives what its equations say, row by row, in `tests.reference`."""

import copy

import pytest
import torch

from euar import _kernels, _pairs
from euar.moe import UncertaintyAwareMoE
from tests import reference

WAYS = ("dense", "sorted")


def layer(dim=8, num_experts=6, k=2, dtype=torch.float32, **options):
    torch.manual_seed(0)
    options = {"log_var_range": (-0.4, 0.3)} | options  # so that some are clamped
    return UncertaintyAwareMoE(dim, num_experts, k, **options).to(dtype)


def batch(rows, dim=8, dtype=torch.float32):
    return torch.randn(rows, dim, generator=torch.Generator().manual_seed(1), dtype=dtype)


def generator():
    return torch.Generator().manual_seed(7)


def computed(way, moe, x, available=None):
    """Hidden, losses and the gradients of a function of them all, in one way."""
    x = x.clone().requires_grad_()
    with _kernels.forced(way):
        out = moe(x, available, generator())
    return gathered(moe, x, out.hidden, out.losses["kl"], out.losses["u"])


def expected(moe, x, available=None):
    """What the reference gives for `computed`, in float64."""
    rows = torch.ones(len(x), dtype=torch.bool) if available is None else available
    noise = None
    if moe.output == "sample" and moe.training:
        noise = torch.randn(len(x), moe.gate.k, moe.dim, generator=generator()).double()
    moe, x = copy.deepcopy(moe).double(), x.double().masked_fill(~rows.unsqueeze(-1), 0).requires_grad_()
    return gathered(moe, x, *reference.mixture(moe, x, rows, noise))


def gathered(moe, x, hidden, kl, u):
    ramp = torch.linspace(-1, 1, hidden.numel(), dtype=x.dtype).view(hidden.shape)
    objective = (ramp * hidden).sum() + 3 * kl + 2 * u
    leaves = {"x": x, **dict(moe.named_parameters())}
    gradients = torch.autograd.grad(objective, list(leaves.values()), allow_unused=True)
    parts = {"hidden": hidden, "kl": kl, "u": u}
    found = {f"gradient of {name}": g for name, g in zip(leaves, gradients, strict=True)}
    return {name: part.detach() for name, part in (parts | found).items() if part is not None}


def assert_same(found, right, tolerance):
    assert found.keys() == right.keys()
    for name, value in right.items():
        scale = max(value.abs().max().item(), 1) if value.numel() else 1
        assert not value.numel() or (found[name] - value).abs().max() <= tolerance * scale, name


SHAPES = {
    "small": {"rows": 5},
    "one row": {"rows": 1},
    "more rows than features": {"rows": 40},
    "far more experts than pairs": {"rows": 3, "num_experts": 40},
    "k = 1": {"rows": 9, "k": 1},
    "k = N": {"rows": 9, "k": 6},
    "one expert": {"rows": 4, "num_experts": 1, "k": 1},
    "odd width": {"rows": 30, "dim": 7},
    "35": {"rows": 20, "dim": 35},
    "47, k = N": {"rows": 9, "dim": 47, "k": 6},
    "74": {"rows": 20, "dim": 74},
}
MODES = pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])


@MODES
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kl_experts", ["all", "selected"])
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_each_way_gives_outputs_losses_and_gradients_of_the_reference(way, kl_experts, shape, training):
    sizes = dict(shape)
    x = batch(sizes.pop("rows"), sizes.get("dim", 8))
    moe = layer(kl_experts=kl_experts, **sizes).train(training)
    assert_same(computed(way, moe, x), expected(moe, x), 1e-6)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "options",
    [{"output": "mean"}, {"log_var_range": None}, {"renormalize": "topk"}, {"renormalize": "batch"}],
    ids=str,
)
def test_each_way_knows_each_option(way, options):
    moe, x = layer(**options), batch(20)
    rounding = 2 if options.get("renormalize") == "batch" else 1  # a division by sums over the batch
    assert_same(computed(way, moe, x), expected(moe, x), rounding * 1e-6)


@pytest.mark.parametrize("detach", ["variance", "gate"])
@pytest.mark.parametrize(
    "options", [{}, {"kl_reduce": "sum", "u_reduce": "sum", "u_experts": "sum"}], ids=str
)
def test_the_sorted_way_sums_and_detaches_as_the_dense_one(options, detach):
    moe, x = layer(u_detach=detach, **options), batch(20)
    assert_same(computed("sorted", moe, x), computed("dense", moe, x), 1e-6)


@MODES
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kl_experts", ["all", "selected"])
@pytest.mark.parametrize("which", ["some", "one"])
def test_rows_that_are_not_available_do_not_exist(way, kl_experts, which, training):
    moe, x = layer(kl_experts=kl_experts).train(training), batch(20)
    rows = {"some": torch.arange(20) % 3 != 1, "one": torch.arange(20) == 4}[which]
    spoiled = x.masked_fill(~rows.unsqueeze(-1), float("nan"))
    assert_same(computed(way, moe, spoiled, rows), expected(moe, x, rows), 1e-6)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("taken", ["one takes all", "some take none"])
def test_uneven_routing_is_right(way, taken):
    moe, x = layer(k=2), batch(20)
    with torch.no_grad():
        moe.gate.bias = None
        moe.gate.linear.weight.zero_()
        moe.gate.linear.bias.copy_(
            torch.tensor([9.0, 5, 1, 1, 1, 1] if taken == "one takes all" else [1.0] * 6)
        )
        if taken == "some take none":
            moe.gate.linear.bias[2:4] = -9
    assert_same(computed(way, moe, x), expected(moe, x), 1e-6)


@MODES
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kl_experts", ["all", "selected"])
@pytest.mark.parametrize(("rows", "masked"), [(0, False), (0, True), (3, True)])
def test_without_rows_everything_is_zero(way, kl_experts, rows, masked, training):
    moe = layer(kl_experts=kl_experts).train(training)
    found = computed(way, moe, batch(rows), torch.zeros(rows, dtype=torch.bool) if masked else None)
    assert found["hidden"].shape == (rows, 8)
    assert all(torch.all(value == 0) for value in found.values())


@MODES
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kl_experts", ["all", "selected"])
@pytest.mark.parametrize("rows", [3, 12])
def test_the_gradients_of_each_way_pass_gradcheck(way, kl_experts, rows, training):
    moe = layer(dim=4, num_experts=4, dtype=torch.float64, kl_experts=kl_experts).train(training)
    x = batch(rows, 4, torch.float64)

    def function(x, weight, bias, gate):
        values = dict(
            zip(("experts.weight", "experts.bias", "gate.linear.weight"), (weight, bias, gate), strict=True)
        )
        with _kernels.forced(way):
            out = torch.func.functional_call(moe, values, (x, None, generator()))
        return out.hidden, out.losses["kl"], out.losses["u"]

    leaves = (x, moe.experts.weight, moe.experts.bias, moe.gate.linear.weight)
    assert torch.autograd.gradcheck(
        function, [t.detach().clone().requires_grad_() for t in leaves], fast_mode=True
    )


@pytest.mark.parametrize("kl_experts", ["all", "selected"])
def test_the_same_seed_gives_the_same_bits(kl_experts):
    moe, x = layer(dim=32, kl_experts=kl_experts), batch(100, 32)
    first, second = computed("sorted", moe, x), computed("sorted", moe, x)
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_the_two_ways_draw_the_same_noise():
    moe, x = layer(), batch(20)
    with _kernels.forced("dense"):
        dense = moe(x, generator=generator()).hidden
    with _kernels.forced("sorted"):
        again = moe(x, generator=generator()).hidden
    torch.testing.assert_close(again, dense, rtol=0, atol=1e-6)


def test_the_first_derivative_alone_exists_and_the_dense_way_has_the_second():
    moe, x = layer(), batch(20).requires_grad_()

    def slope(way):
        with _kernels.forced(way):
            return torch.autograd.grad(moe(x, generator=generator()).hidden.sum(), x, create_graph=True)[0]

    with pytest.raises(RuntimeError, match="first derivatives alone"):
        slope("sorted").sum().backward()
    slope("dense").square().sum().backward()


def test_many_rows_are_sorted_and_a_compiler_gets_the_dense_way(monkeypatch):
    assert _kernels.sorts(batch(20), 6, 2)
    assert not _kernels.sorts(batch(20), 6, 6)
    assert _kernels.sorts(batch(20), 6, 2, every_kl=True)
    assert not _kernels.sorts(batch(2), 6, 2, every_kl=True)
    with torch.autocast("cpu"):
        assert not _kernels.sorts(batch(20), 6, 2)
    monkeypatch.setattr(torch.compiler, "is_compiling", lambda: True)
    assert not _kernels.sorts(batch(20), 6, 2)


def test_the_means_of_few_rows_are_those_of_all_experts_and_of_many_sorted():
    assert not _kernels.sorts(batch(16, 128), 8, 3, means=True)
    assert _kernels.sorts(batch(256, 128), 8, 3, means=True)
    assert _kernels.sorts(batch(16, 128), 8, 3)


def test_large_gradients_that_are_mostly_zeros_are_zero(monkeypatch):
    monkeypatch.setattr(_pairs, "_LAZY_BYTES", 1)
    moe, x = layer(num_experts=40, kl_experts="selected"), batch(3)
    assert_same(computed("sorted", moe, x), expected(moe, x), 1e-6)


def test_evaluation_asks_the_chosen_for_their_means_alone(monkeypatch):
    moe, x = layer().eval(), batch(20)
    widths = []
    product = _pairs._grouped
    monkeypatch.setattr(_pairs, "_grouped", lambda *a: widths.append(a[1].shape[-1]) or product(*a))
    with _kernels.forced("sorted"):
        out = moe(x)
    assert widths == [8]
    right = reference.mixture(moe, x, torch.ones(20, dtype=torch.bool), None)
    torch.testing.assert_close(out.hidden, right.hidden)
    torch.testing.assert_close(out.losses["kl"], right.kl)
    torch.testing.assert_close(out.losses["u"], right.u)
    assert out.gaussian is out.gaussian


@pytest.mark.parametrize("part", ["gaussian", "losses"])
def test_what_is_read_after_the_weights_have_changed_is_refused(part):
    moe = layer().eval()
    out = moe(batch(3))
    with torch.no_grad():
        moe.experts.bias.add_(1)
    with pytest.raises(RuntimeError, match="weights have changed"):
        getattr(out, part)


def test_what_is_read_late_has_gradients_only_where_the_batch_had():
    moe = layer().eval()
    with torch.no_grad():
        out = moe(batch(3))
    assert not out.losses["kl"].requires_grad
    out = moe(batch(3))
    with torch.no_grad():
        assert out.losses["kl"].requires_grad
