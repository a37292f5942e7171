"""Processes that end, with all that they started, when the one that started them does, even by a kill."""

import os
import subprocess
from threading import Thread

import psutil


def start(command: list[object], **options: object) -> psutil.Popen:
    """Start a process that calls `end_with_parent`; the options are those of `subprocess.Popen`."""
    return psutil.Popen(command, stdin=subprocess.PIPE, **options)


def end_with_parent() -> None:
    """Watch the standard input, which ends when the parent does; not `sys.stdin`, whose lock bars an exit."""

    def wait() -> None:
        os.read(0, 1)
        kill_tree(psutil.Process())

    Thread(target=wait, daemon=True).start()


def kill_tree(process: psutil.Process) -> None:
    """Kill a process after all that it started."""
    for member in [*children(process), process]:
        try:
            member.kill()
        except psutil.NoSuchProcess:
            continue


def children(process: psutil.Process) -> list[psutil.Process]:
    """List what a process started, directly or not; nothing once it has ended."""
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []
