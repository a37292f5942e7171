"""The key of what trains: texts, labels and ready features count; what a frozen network extracts does not."""

from dataclasses import replace

import numpy as np
import pytest

from euar.chapters.trained_encoders.as_read import AsRead
from euar.chapters.trained_encoders.asked import Asked
from tests.data.features import sources

TEXTS = [f"film {i}" for i in range(sources.ROWS)]


def data(folder, texts=TEXTS, *, extracted=0.0, ready=0.0):
    """A source with texts and pictures, features of both, and features that have no raw form."""
    read = sources.dataset(folder, texts)
    rows = np.ones((len(read), 2), dtype=np.float32)
    values = {"text": extracted * rows, "audio": ready * rows}
    return replace(read, modalities=values)


@pytest.mark.parametrize("modalities", [("text",), ("text", "audio")])
def test_what_is_extracted_has_no_part_in_the_key(tmp_path, modalities):
    one = AsRead(data="tiny", modalities=modalities)
    assert one.key(data(tmp_path, extracted=1e-7)) == one.key(data(tmp_path))


def test_texts_and_features_that_an_encoder_reads_have(tmp_path):
    one = AsRead(data="tiny", modalities=("text", "audio"))
    different = [data(tmp_path), data(tmp_path, ready=1e-7), data(tmp_path, ["another", *TEXTS[1:]])]
    assert len(set(map(one.key, different))) == 3


def test_otherwise_all_count(tmp_path):
    one = Asked(data="tiny", modalities=("text",))
    assert one.key(data(tmp_path, extracted=1e-7)) != one.key(data(tmp_path))
