"""What drives a training: nothing on one device in float32, and Lightning Fabric for all else."""

import logging
import os
import socket
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from importlib.util import find_spec
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from euar._checks import check_positive, check_word
from euar.training.recipe import Precision

_T = TypeVar("_T")
STRATEGIES = ("auto", "ddp", "ddp_find_unused_parameters_true")


class OneDevice:
    """Stands in for `lightning_fabric.Fabric`, method for method, where there is nothing to drive."""

    global_rank, world_size = 0, 1

    def setup_module(self, module: nn.Module) -> nn.Module:
        """Return the module."""
        return module

    def backward(self, tensor: Tensor) -> None:
        """Compute the gradients."""
        tensor.backward()

    def no_backward_sync(self, module: nn.Module, enabled: bool) -> AbstractContextManager[None]:  # noqa: ARG002
        """Do nothing: no other process has gradients."""
        return nullcontext()

    def all_reduce(self, data: Tensor) -> Tensor:
        """Return the mean over all processes."""
        return data

    def broadcast(self, obj: _T) -> _T:
        """Return what the first process has."""
        return obj

    def barrier(self) -> None:
        """Wait for nobody."""


def check_several(device: torch.device, devices: int, strategy: str, jobs: int) -> None:
    """Check over how many devices and processes a training goes.

    Raises:
        ValueError: a number below 1, an unknown strategy, one device's name for several, too few cards,
            both several devices and several jobs, or no Fabric for several devices.
    """
    check_positive("devices", devices)
    check_positive("jobs", jobs)
    check_word("strategy", strategy, STRATEGIES)
    if devices > 1 and device.index is not None:
        raise ValueError(f"device: expected 'cpu' or 'cuda' for {devices} devices, found {str(device)!r}")
    if device.type == "cuda" and devices > (cards := torch.cuda.device_count()):
        raise ValueError(
            f"devices: expected at most the {cards} CUDA devices that torch finds, found {devices}"
        )
    if devices > 1 and jobs > 1:
        raise ValueError(f"jobs: expected 1 with several devices, which train a seed at a time, found {jobs}")
    if devices > 1:
        _check_installed("devices", devices)


def driver(device: torch.device, precision: Precision) -> Any:
    """Return the Fabric of a training in this process, or its stand-in.

    Raises:
        ValueError: Fabric is needed and not installed.
    """
    if precision == "32-true":
        return OneDevice()
    _check_installed("precision", precision)
    devices = 1 if device.type == "cpu" else [device.index or 0]
    from lightning_fabric import Fabric

    return Fabric(accelerator=device.type, devices=devices, precision=precision)


@contextmanager
def ranked(
    rank: int, devices: int, kind: str, strategy: str, precision: Precision, port: int
) -> Iterator[Any]:
    """Make this process one of several that train together; give the block their Fabric.

    Args:
        rank: of this process, from 0.
        devices: how many processes, with a device each.
        kind: of device, `"cpu"` or `"cuda"`.
        strategy: see `fit`.
        precision: see `Recipe`.
        port: where they meet, the same for all.
    """
    os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "LOCAL_RANK": str(rank)}
    logging.getLogger("lightning_fabric").setLevel(logging.WARNING)  # not who has met whom
    warnings.filterwarnings("ignore", "Grad strides do not match")  # a hint for who writes kernels
    from lightning_fabric import Fabric
    from lightning_fabric.plugins.environments import LightningEnvironment

    here = LightningEnvironment()  # whatever cluster this machine may belong to
    fabric = Fabric(accelerator=kind, devices=devices, strategy=strategy, precision=precision, plugins=[here])
    fabric.launch()
    try:
        yield fabric
    finally:  # the others would wait for a process that failed
        torch.distributed.destroy_process_group()


def free_port() -> int:
    """Return a port of this machine that nobody listens at."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _check_installed(setting: str, value: object) -> None:
    if find_spec("lightning_fabric") is None:
        remedy = 'pip install "euar[distributed]"'
        raise ValueError(f"{setting}: {value!r} expected Lightning Fabric, found no such package; {remedy}")
