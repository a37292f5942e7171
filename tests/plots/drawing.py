"""What tests of pictures share."""


def drawn(made):
    """Lay a figure out and render it, so that warnings are errors, and return its axes."""
    made.canvas.draw()
    return made.axes
