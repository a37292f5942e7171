"""Models with one part untrained, or with one head for each modality."""

import pytest
import torch

from euar.chapters.whole_model.altered import PARTS, HeadPerModality, Untrained
from euar.chapters.whole_model.anatomy import interaction
from euar.model import EUARConfig
from euar.training import fit
from euar.training.provenance import describe
from euar.training.seeding import global_stream
from tests.training.tiny import dataset

CONFIG = EUARConfig({"a": 3, "b": 2}, dim=4, num_experts=5, k=2)


@pytest.mark.parametrize("part", PARTS)
def test_only_the_untrained_part_stays(part):
    with global_stream(0, "init"):
        before = CONFIG.build().state_dict()
    config = Untrained(CONFIG, part)
    (run,) = fit(config, dataset(), epochs=2, lr=1e-2, device="cpu", progress=False)
    for name, value in run.model.state_dict().items():
        assert torch.equal(value, before[name]) == (PARTS[part] in name), name


def test_every_parameter_belongs_to_one_part():
    for name, _ in CONFIG.build().named_parameters():
        assert sum(word in name for word in PARTS.values()) == 1, name


@pytest.mark.parametrize("head", ["linear", "mlp"])
def test_one_head_for_each_modality_adds_their_answers(head):
    torch.manual_seed(0)
    model = HeadPerModality(EUARConfig(CONFIG.in_features, dim=4, head=head)).build().eval()
    inputs = {"a": torch.randn(6, 3), "b": torch.randn(6, 2)}
    joint = model(inputs).joint
    first, second = model.head.heads
    torch.testing.assert_close(
        model.predict(inputs), (first(joint[:, :4]) + second(joint[:, 4:]))[:, 0].detach()
    )
    assert interaction(model, inputs, "a") < 1e-4


def test_one_head_for_each_modality_has_a_head_of_its_own_size():
    wide, own = EUARConfig(CONFIG.in_features, dim=4, head="mlp"), EUARConfig({"a": 3}, dim=4, head="mlp")
    heads = HeadPerModality(wide).build().head
    assert sum(p.numel() for p in heads.parameters()) == 2 * sum(
        p.numel() for p in own.build().head.parameters()
    )


def test_alterations_tell_themselves_apart():
    settings = [CONFIG, HeadPerModality(CONFIG), *(Untrained(CONFIG, part) for part in PARTS)]
    described = [describe(config) for config in settings]
    assert all(described.count(one) == 1 for one in described)
    assert described[1]["type"] == "euar.chapters.whole_model.altered.HeadPerModality"
    assert described[2]["untrained"] == "projections"
