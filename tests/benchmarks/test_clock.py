"""The clock: rounds are interleaved and paired, fast calls repeated, and the budget kept."""

import time

import pytest

from benchmarks import clock
from benchmarks.clock import Effort, compare, paired, spread


class Machine:
    """A machine whose speed changes from sample to sample; `call` costs 1, `call` of `b` costs 4."""

    def __init__(self):
        self.now, self.log = 0.0, []

    def does(self, name, seconds):
        def call():
            self.log.append(name)
            self.now += seconds

        return call

    def clock(self, call, repeats):
        start = self.now
        for _ in range(repeats):
            call()
        return (self.now - start) / repeats


@pytest.fixture
def machine():
    return Machine()


def test_every_round_takes_every_way_once_in_changing_order(machine):
    calls = {name: machine.does(name, 0.1) for name in "abc"}
    compare(calls, Effort(seconds=60, least=2, most=9, shortest=0), machine.clock)
    samples = machine.log[6:]  # two calls of each come before: one to make things, one to be timed
    rounds = ["".join(samples[i : i + 3]) for i in range(0, len(samples), 3)]
    assert len(rounds) == 9
    assert all(sorted(one) == ["a", "b", "c"] for one in rounds)
    assert len(set(rounds)) > 2


def test_the_order_is_that_of_the_seed():
    logs = []
    for seed in (1, 1, 2):
        machine = Machine()
        effort = Effort(seconds=60, least=2, most=9, shortest=0)
        compare({name: machine.does(name, 1.0) for name in "abc"}, effort, machine.clock, seed)
        logs.append(machine.log)
    assert logs[0] == logs[1]
    assert logs[0] != logs[2]


def test_times_are_those_of_one_call_however_often_it_was_repeated(machine):
    calls = {"fast": machine.does("fast", 0.001), "slow": machine.does("slow", 2.0)}
    times = compare(calls, Effort(seconds=60, least=3, most=3, shortest=0.01), machine.clock)
    assert times["fast"] == pytest.approx([0.001] * 3)
    assert times["slow"] == pytest.approx([2.0] * 3)
    assert machine.log.count("fast") == 2 + 3 * 10
    assert machine.log.count("slow") == 1 + 3


def test_a_slow_cell_takes_the_least_rounds_and_a_fast_one_the_most(monkeypatch, machine):
    monkeypatch.setattr(time, "perf_counter", lambda: machine.now)
    effort = Effort(seconds=10, least=3, most=8, shortest=0)
    assert len(compare({"a": machine.does("a", 9.0)}, effort, machine.clock)["a"]) == 3
    assert len(compare({"a": machine.does("a", 0.1)}, effort, machine.clock)["a"]) == 8
    assert 3 < len(compare({"a": machine.does("a", 2.0)}, effort, machine.clock)["a"]) < 8


def test_a_ratio_is_taken_within_each_round():
    slow, fast = [2.0, 20.0, 8.0], [1.0, 10.0, 2.0]  # the second round met a machine ten times slower
    assert paired(slow, fast) == (2, 2, 3)


def test_spread_is_median_and_quartiles():
    assert spread([5, 1, 2, 4, 3]) == (3, 2, 4)
    assert spread([0.123456]).median == 0.1235


def test_a_sample_is_shared_by_its_calls():
    calls, now = [], iter([3.0, 11.0])
    assert clock._elapsed(lambda: next(now), lambda: calls.append(0), 4) == 2.0
    assert len(calls) == 4


def test_cpu_time_leaves_out_what_sleeps_and_wall_time_does_not():
    def rests():
        time.sleep(0.05)

    assert clock.cpu(rests, 2) < 0.02
    assert 0.05 <= clock.wall(rests, 2) < 5


def test_cpu_time_counts_what_works():
    def works():
        until = time.process_time() + 0.02
        while time.process_time() < until:
            pass

    assert clock.cpu(works, 3) >= 0.02
