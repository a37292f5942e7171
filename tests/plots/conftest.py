from tests.drawing import close_figures

__all__ = ["close_figures"]
