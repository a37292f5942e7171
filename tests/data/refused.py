"""What every refusal of a source promises: it names the field and what stands there, and is complete."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from euar.data import DataError


@contextmanager
def refused(field: str, found: str) -> Iterator[None]:
    """Expect the block to raise a `DataError` of a field, with these words in what was found."""
    with pytest.raises(DataError) as caught:
        yield
    assert caught.value.field == field
    assert found in caught.value.found
    assert all(caught.value.args)
