"""What tests of pictures share."""

import matplotlib.pyplot as plt
import pytest


def drawn(made):
    """Lay a figure out and render it, so that warnings are errors, and return its axes."""
    made.canvas.draw()
    return made.axes


@pytest.fixture(autouse=True)
def close_figures():
    """Draw without a screen, and leave no figure behind."""
    plt.switch_backend("agg")
    yield
    plt.close("all")
