"""What float32 keeps: constant but for rounding, too large, too small; the same for checks and readers."""

import re

import numpy as np
import pytest

from euar.data import DataError, MultimodalDataset, readers
from euar.data.audit import audit
from euar.data.precision import constant, to_float32

ROWS = 24
SPLIT = ["train", "train", "valid", "test"] * (ROWS // 4)


def dataset(**columns):
    return MultimodalDataset(
        name="made up",
        modalities={"text": np.stack(list(columns.values()), axis=1).astype(np.float32)},
        target=np.linspace(-1, 1, ROWS, dtype=np.float32),
        ids=[f"r{row}" for row in range(ROWS)],
        split=SPLIT,
    )


def noise(seed=0):
    return np.random.default_rng(seed).normal(size=ROWS)


def ulps(value, steps):
    """A column of one number, which in some rows is so many units in the last place away."""
    values = np.full(ROWS, value, dtype=np.float32)
    for _ in range(steps):
        values[::5] = np.nextafter(values[::5], np.float32(np.inf))
    return values


@pytest.mark.parametrize("value", [1000.1, -3e-5, 1.0, -1.0, 2e38, 1.7e9])
@pytest.mark.parametrize(("steps", "expected"), [(0, True), (1, True), (2, True), (5, False), (100, False)])
def test_a_unit_in_the_last_place_is_no_information(value, steps, expected):
    assert constant(ulps(value, steps)[:, None]).tolist() == [expected]


def test_a_mean_of_equal_numbers_is_constant():
    frames = np.full((ROWS, 37), 0.1, dtype=np.float32)
    means = [np.mean(row[: 1 + place], dtype=np.float32) for place, row in enumerate(frames)]
    assert len(set(means)) > 1
    assert constant(np.array(means)[:, None]).all()


@pytest.mark.parametrize("values", [noise(), noise() * 1e-30, 5 + 1e-5 * noise(), np.arange(ROWS) == 3])
def test_what_varies_is_not_constant(values):
    assert not constant(np.float32(values)[:, None]).any()


def test_check_and_standardising_see_the_same_columns():
    data = dataset(same=np.ones(ROWS), ulp=ulps(1000.1, 1), varies=noise(), tests=np.equal(SPLIT, "test"))
    (item,) = [item for item in audit(data).items if item.check == "constant columns/text"]
    assert (item.status, item.found) == ("warn", "3 of 4, 1 of them but for their last digits")
    assert "subtract the mean in float64" in item.remedy
    assert (data.standardize().modalities["text"] == 0).all(axis=0).tolist() == [True, True, False, True]


def test_who_knows_better_subtracts_the_mean():
    exact = 1000 + 1e-5 * noise()
    assert not dataset(exact=exact).standardize().modalities["text"].any()
    kept = dataset(exact=exact - exact.mean()).standardize().modalities["text"]
    np.testing.assert_allclose(
        kept[:, 0], dataset(noise=noise()).standardize().modalities["text"][:, 0], 1e-3
    )


@pytest.mark.parametrize("value", [1e39, -1e39, 1e300, -1.7e308])
def test_only_what_was_infinite_is_infinite(value):
    found = to_float32(np.array([value, np.inf, -np.inf, np.nan, 2.5]))
    np.testing.assert_array_equal(found, np.float32([np.nan, np.inf, -np.inf, np.nan, 2.5]))


@pytest.mark.parametrize("value", [1e200, -1e200, np.inf, np.nan])
@pytest.mark.parametrize("field", ["target", "target_sd"])
def test_a_target_beyond_what_models_compute_with_is_refused(field, value):
    data = dataset(text=noise())
    values = np.ones(ROWS)
    values[3] = value
    fields = {"target": data.target, "modalities": data.modalities, "ids": data.ids, "split": data.split}
    with pytest.raises(
        DataError, match=f"{field}: expected finite numbers, .* found {re.escape(f'{value:g}')} and"
    ):
        MultimodalDataset(name="far", **fields | {field: values})


def written(folder, values, name="audio", suffix=".npy"):
    lines = [f"r{row},{row / 8},{word}" for row, word in enumerate(SPLIT)]
    (folder / "labels.csv").write_text("\n".join(["id,label,split", *lines]) + "\n")
    if suffix == ".npy":
        np.save(folder / f"{name}.npy", values)
    else:
        cells = [",".join([f"r{row}", *map(repr, line)]) for row, line in enumerate(values.tolist())]
        (folder / f"{name}.csv").write_text("\n".join(["id,f0,f1", *cells]) + "\n")
    return folder


def pair(scale=1.0):
    return np.stack([noise(1), noise(2)], axis=1) * scale


@pytest.mark.parametrize("suffix", [".npy", ".csv"])
@pytest.mark.parametrize("name", ["audio", "face"])
@pytest.mark.parametrize("value", [1e300, -1e300])
def test_an_overflow_of_either_sign_is_refused_or_zero_on_demand(value, name, suffix, tmp_path):
    values = pair()
    values[4, 1] = value
    source = written(tmp_path, values, name, suffix)
    with pytest.raises(DataError, match=rf"modalities/{name}: .*up to 3.4e\+38 in float32, found .* 1 place"):
        readers.read(source)
    data = readers.read(source, nan="zero")
    assert data.modalities[name][4, 1] == 0
    assert data.meta["source"]["replaced"] == {name: 1}


@pytest.mark.parametrize("suffix", [".npy", ".csv"])
@pytest.mark.parametrize("scale", [1e-177, 1e-60, 1e60, 1e200])
def test_features_that_float32_loses_are_refused_with_what_to_do(scale, suffix, tmp_path):
    source = written(tmp_path, pair(scale), suffix=suffix)
    with pytest.raises(DataError, match="which float32 holds, found most of a size like") as caught:
        readers.read(source)
    assert "power of ten, or take logarithms" in caught.value.remedy


@pytest.mark.parametrize("scale", [1e-30, 1e-20, 1e15, 1e30])
def test_small_and_large_features_are_read_and_scaled(scale, tmp_path):
    data = readers.read(written(tmp_path, pair(scale)))
    plain = dataset(a=noise(1), b=noise(2)).standardize().modalities["text"]
    np.testing.assert_allclose(data.standardize().modalities["audio"], plain, rtol=1e-4, atol=1e-5)


def test_another_byte_order_is_still_told_by_the_size(tmp_path):
    for kind in (np.float32, np.float64):
        source = written(tmp_path, pair().astype(kind).byteswap())
        with pytest.raises(DataError, match="as in another byte order"):
            readers.read(source)
