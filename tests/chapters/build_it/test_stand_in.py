"""A solution takes the place of a part that is wrong, and of no other."""

from euar.chapters.build_it.stand_in import unless_right
from euar.chapters.feedback import Feedback


def positive(answer):
    return Feedback(answer() > 0, "")


def test_the_readers_part_stays_where_it_is_right():
    def part():
        return 7

    mine = part

    @unless_right(positive, part)
    def part():
        return 1

    assert part is mine


def test_a_solution_stands_in_for_a_wrong_part():
    def part():
        return -7

    @unless_right(positive, part)
    def part():
        return 1

    assert part() == 1
