from tests.drawing import close_figures
from tests.experiments.conftest import data_file, result

__all__ = ["close_figures", "data_file", "result"]
