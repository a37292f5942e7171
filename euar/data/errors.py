"""The one error that bad data raises."""

from collections.abc import Iterator
from contextlib import contextmanager

from euar._explained import ExplainedError
from euar.pretrained import PretrainedError


class DataError(ExplainedError):
    """Data that cannot be used, with what is wrong and what to do about it.

    Args:
        file: the file, or the data set's name when it was built in memory.
        field: the part of it that is wrong, such as `"modalities/audio"`.
        expected: what would have been right.
        found: what stands there.
        remedy: what the user can do.
    """

    def __init__(self, file: object, field: str, expected: str, found: str, remedy: str):
        super().__init__(str(file), field, expected, found, remedy)
        self.file, self.field = str(file), field

    def at(self, file: object) -> "DataError":
        """Return the same error, blamed on `file`."""
        return DataError(file, self.field, self.expected, self.found, self.remedy)

    def about(self, field: str) -> "DataError":
        """Return the same error, for `field`."""
        return DataError(self.file, field, self.expected, self.found, self.remedy)


@contextmanager
def model_errors() -> Iterator[None]:
    """Turn what is wrong with a pretrained model into a `DataError`."""
    try:
        yield
    except PretrainedError as error:
        raise DataError(error.model, "model", error.expected, error.found, error.remedy) from error
