"""`torch.compile` takes the layer and the model whole, in training too, one graph for all batch sizes."""

import pytest
import torch

from euar.model import EUARConfig
from euar.moe import UncertaintyAwareMoE

D = 6
WIDTHS = {"text": 5, "audio": 4}
SIZES = (4, 9, 20)


class Counter:
    """A backend that runs what it is given, and keeps it."""

    def __init__(self):
        self.graphs = []

    def __call__(self, graph, _inputs):
        self.graphs.append(graph)
        return graph.forward


@pytest.fixture(autouse=True)
def forgotten():
    torch.compiler.reset()
    yield
    torch.compiler.reset()


def moe(training=True, **options):
    torch.manual_seed(0)
    return UncertaintyAwareMoE(D, 4, 2, **options).train(training)


def batch(rows, *shape):
    return torch.randn(rows, *shape, generator=torch.Generator().manual_seed(rows))


def mask(rows):
    return torch.arange(rows) % 3 != 1


def step(layer, forward, rows):
    """Everything that a step computes, with noise from the global generator."""
    layer.zero_grad()
    torch.manual_seed(7)
    out = forward(batch(rows, D), mask(rows))
    (out.hidden.square().sum() + sum(out.losses.values())).backward()
    return [
        out.hidden,
        *out.routing,
        *out.gaussian,
        *out.losses.values(),
        *(p.grad for p in layer.parameters()),
    ]


def test_the_layer_trains_with_masks_in_one_graph_for_all_sizes():
    layer, counter = moe(), Counter()
    compiled = torch.compile(layer, backend=counter, fullgraph=True)
    for rows in SIZES:
        found = [part.clone() for part in step(layer, compiled, rows)]
        for one, other in zip(found, step(layer, layer, rows), strict=True):
            torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)
    assert len(counter.graphs) == 2  # of the first size, and of any


def test_the_layer_predicts_tokens_with_masks_in_one_graph():
    layer, counter = moe(training=False, kl_experts="selected", renormalize="batch"), Counter()
    compiled = torch.compile(layer, backend=counter, fullgraph=True)
    for rows in SIZES:
        x, available = batch(rows, 3, D), mask(3 * rows).view(rows, 3)
        torch.testing.assert_close(compiled(x, available).hidden, layer(x, available).hidden)
    assert len(counter.graphs) == 2


def test_the_model_trains_with_masks_and_its_loss_in_one_graph():
    torch.manual_seed(0)
    model = EUARConfig(WIDTHS, dim=D, num_experts=4, k=2).build()
    counter = Counter()

    def objective(inputs, available, target):
        return model.loss(model(inputs, available), target).total

    compiled = torch.compile(objective, backend=counter, fullgraph=True)
    for rows in SIZES:
        inputs = {m: batch(rows, width) for m, width in WIDTHS.items()}
        losses = []
        for function in (compiled, objective):
            torch.manual_seed(7)
            losses.append(function(inputs, {"audio": mask(rows)}, batch(rows)))
        torch.testing.assert_close(*losses)
        losses[0].backward()
    assert len(counter.graphs) == 2


@pytest.mark.filterwarnings("ignore:The .grad attribute")  # which the compiler looks at where it pauses
def test_a_generator_of_its_own_still_gives_its_noise():
    layer = moe()
    compiled = torch.compile(layer, backend="eager")
    for rows in SIZES[:2]:
        compiled_out, out = (
            f(batch(rows, D), None, torch.Generator().manual_seed(3)) for f in (compiled, layer)
        )
        torch.testing.assert_close(compiled_out.hidden, out.hidden)


def test_gradients_of_a_compiled_step_are_those_of_autograd():
    layer, other = moe(output="mean"), moe(output="mean")
    compiled = torch.compile(layer, backend="aot_eager", fullgraph=True)
    for found, right in zip(step(layer, compiled, 5), step(other, other, 5), strict=True):
        torch.testing.assert_close(found, right, rtol=1e-4, atol=1e-5)
