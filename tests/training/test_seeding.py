import hashlib

import torch

from euar.training import seeding


def test_streams_are_named_by_sha256():
    digest = hashlib.sha256(b"7/order/3").hexdigest()
    little_endian = "".join(reversed([digest[i : i + 2] for i in range(0, 16, 2)]))
    assert seeding.derive(7, "order/3") == int(little_endian, 16) // 2


def test_seed_and_purpose_both_matter():
    names = {seeding.derive(seed, purpose) for seed in (0, 1) for purpose in ("init", "noise/1", "noise/2")}
    assert len(names) == 6


def test_a_generator_repeats():
    draws = [torch.randn(3, generator=seeding.generator(0, "noise")) for _ in range(2)]
    assert torch.equal(*draws)


def test_the_global_stream_is_restored():
    torch.manual_seed(5)
    expected = torch.rand(2)
    torch.manual_seed(5)
    with seeding.global_stream(0, "init"):
        inside = torch.rand(2)
    assert torch.equal(torch.rand(2), expected)
    assert torch.equal(inside, torch.rand(2, generator=seeding.generator(0, "init")))
