"""The picture shows the shares that it was given."""

import numpy as np

from euar.chapters.load_balancing import pictures


def test_loads_shows_every_seed_and_the_even_share():
    shares = [np.array([0.5, 0.3, 0.2, 0.0]), np.array([0.4, 0.3, 0.2, 0.1])]
    (ax,) = pictures.loads(shares).axes
    assert [bar.get_height() for bar in ax.patches] == [*shares[0], *shares[1]]
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert labels == ["seed 0", "seed 1", "even"]
    assert ax.lines[-1].get_ydata()[0] == 0.25
