"""What was measured, by set and system; a set that is not measured is not there."""

from euar.chapters.met_noise import measure, records


def test_rooms_are_there_by_system():
    assert set(records.measured()["nyud"]) == set(measure.SYSTEMS)


def test_nothing_measured_is_nothing(tmp_path):
    assert records.measured(tmp_path) == {}
