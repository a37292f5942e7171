from tests.drawing import close_figures
from tests.experiments.conftest import asked, data_file, measured, result

__all__ = ["asked", "close_figures", "data_file", "measured", "result"]
