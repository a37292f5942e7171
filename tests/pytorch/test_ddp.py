"""Two processes that share their gradients take the step of one that has both batches."""

import pytest
import torch

from tests.pytorch import replica


@pytest.fixture(scope="module")
def found(processes, tmp_path_factory):
    folder = str(tmp_path_factory.mktemp("ddp"))
    workers = [
        processes.Process(target=replica.run, args=(rank, folder)) for rank in range(replica.PROCESSES)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=120)
        worker.kill()
    assert [worker.exitcode for worker in workers] == [0] * replica.PROCESSES
    return [torch.load(f"{folder}/{rank}.pt", weights_only=True) for rank in range(replica.PROCESSES)]


def mean_gradients(module, objectives):
    """Those of one process that averages the objectives of both batches."""
    (sum(objectives) / replica.PROCESSES).backward()
    return {name: p.grad for name, p in module.named_parameters()}


@pytest.mark.parametrize("case", replica.CASES)
def test_the_gradients_are_those_of_one_process_with_both_batches(found, case):
    model = replica.model(case)
    ranks = range(replica.PROCESSES)
    right = mean_gradients(model, [replica.objective(model, model, rank, case) for rank in ranks])
    for gradients in found:
        torch.testing.assert_close(gradients[case], right)


def test_all_but_the_balance_is_that_of_one_large_batch(found):
    model, case = replica.model("no balance"), "no balance"
    batches = [replica.batch(rank, case) for rank in range(replica.PROCESSES)]
    inputs = {m: torch.cat([inputs[m] for inputs, *_ in batches]) for m in replica.WIDTHS}
    loss = model.loss(model(inputs), torch.cat([target for _, target, _ in batches]))
    right = mean_gradients(model, [loss.total] * replica.PROCESSES)
    torch.testing.assert_close(found[0][case], right)


def test_the_layer_alone_is_shared_too(found):
    layer = replica.layer()
    right = mean_gradients(layer, [replica.of_layer(layer, rank) for rank in range(replica.PROCESSES)])
    torch.testing.assert_close(found[1]["layer"], right)
