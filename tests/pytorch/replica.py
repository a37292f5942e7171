"""What a process of `test_ddp` does: its part of a step of `DistributedDataParallel`."""

import torch
from torch import distributed
from torch.nn.parallel import DistributedDataParallel

from euar.model import EUARConfig
from euar.moe import UncertaintyAwareMoE

WIDTHS = {"text": 5, "audio": 4}
ROWS, PROCESSES = 12, 2
CASES = {
    "as it is": {},
    "no balance": {"beta": 0.0, "output": "mean"},
    "the chosen": {"kl_experts": "selected"},
    "audio in one": {},
}


def model(case):
    torch.manual_seed(0)
    return EUARConfig(WIDTHS, dim=6, num_experts=5, k=2, **CASES[case]).build().double()


def layer():
    torch.manual_seed(0)
    return UncertaintyAwareMoE(5, 4, 2, output="mean").double()


def batch(rank, case):
    """Inputs, targets and the noise's generator of one process."""
    generator = torch.Generator().manual_seed(rank)
    inputs = {m: torch.randn(ROWS, d, dtype=torch.float64, generator=generator) for m, d in WIDTHS.items()}
    target = torch.randn(ROWS, dtype=torch.float64, generator=generator)
    if case == "audio in one" and rank == 1:
        del inputs["audio"]
    return inputs, target, generator


def objective(forward, model, rank, case):
    inputs, target, generator = batch(rank, case)
    return model.loss(forward(inputs, None, generator), target).total


def of_layer(forward, rank):
    tokens = torch.randn(3, 4, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(rank))
    out = forward(tokens, torch.ones(3, 4, dtype=torch.bool))
    return out.hidden.square().mean() + out.losses["kl"] + out.losses["u"]


def run(rank, folder):
    """Save this process's gradients of each case, and of the layer."""
    torch.set_num_threads(1)
    meeting = f"file://{folder}/meeting"
    distributed.init_process_group("gloo", init_method=meeting, rank=rank, world_size=PROCESSES)
    gradients = {}
    for case in CASES:
        copy = model(case)
        parallel = DistributedDataParallel(copy, find_unused_parameters=case == "audio in one")
        objective(parallel, copy, rank, case).backward()
        gradients[case] = {name: p.grad for name, p in copy.named_parameters()}
    alone = layer()
    parallel = DistributedDataParallel(alone)  # shares gradients as long as it lives
    of_layer(parallel, rank).backward()
    gradients["layer"] = {name: p.grad for name, p in alone.named_parameters()}
    torch.save(gradients, f"{folder}/{rank}.pt")
    distributed.barrier()  # who leaves while the other still waits for it leaves it waiting
    distributed.destroy_process_group()
