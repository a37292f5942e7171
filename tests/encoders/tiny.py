"""Random pretrained models small enough for a test, in folders as `transformers` saves them."""

import pytest
import torch

NEEDS = 'needs transformers: pip install "euar[features]"'
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "good", "bad", "film", "a", "very", "not", "_"]
HIDDEN = 16


def need(*packages):
    for package in packages:
        pytest.importorskip(package, reason=NEEDS)


def bert(folder, layers=2):
    """Write a BERT of 16 features with its tokenizer, and return the folder's name."""
    need("transformers")
    from transformers import BertConfig, BertModel, BertTokenizerFast

    (folder / "vocab.txt").write_text("\n".join(WORDS))
    size = {"num_hidden_layers": layers, "num_attention_heads": 2, "intermediate_size": 8}
    config = BertConfig(vocab_size=len(WORDS), hidden_size=HIDDEN, max_position_embeddings=64, **size)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        BertModel(config).save_pretrained(folder)
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    return str(folder)


def resnet(folder):
    """Write a ResNet of two stages and 12 features, and return the folder's name."""
    need("transformers")
    from transformers import ResNetConfig, ResNetModel

    config = ResNetConfig(embedding_size=8, hidden_sizes=[8, 12], depths=[1, 1], layer_type="basic")
    with torch.random.fork_rng():
        torch.manual_seed(0)
        ResNetModel(config).save_pretrained(folder)
    return str(folder)
