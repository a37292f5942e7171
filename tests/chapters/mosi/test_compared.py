"""The results of CMU-MOSI stand in their places."""

from euar.chapters.mosi import compared, measure
from euar.experiments.row import SYSTEMS

PAIRS = [(row, {"asked": row, "data": {"sha256": row.variant}, "runs": []}) for row in measure.measurements()]


def test_every_split_has_the_systems_on_all_its_modalities():
    found = compared.by_split(PAIRS)
    assert {variant: tuple(systems) for variant, systems in found.items()} == {
        "official": SYSTEMS,
        "unseen-video": SYSTEMS,
        "leaked": ("default",),
    }
    rows = [result["asked"] for systems in found.values() for result in systems.values()]
    assert all(row.modalities is None for row in rows)


def test_every_set_of_modalities_is_there_once_in_the_order_of_the_table():
    found = compared.on_each_set(PAIRS, "mlp-experts")
    assert [" ".join(names) for names in found] == [
        "text",
        "audio",
        "video",
        "text audio",
        "text video",
        "audio video",
        "text audio video",
    ]
    for names, result in found.items():
        row = result["asked"]
        assert (row.variant, row.system, row.modalities or names) == ("unseen-video", "mlp-experts", names)
