"""Run the reading of what a stranger sent in a process of its own, with limits of time and memory.

The processes come from a server that has no threads, no database connection and no other job (multiprocessing's
forkserver): it starts with the first of them and ends with the process that uses it. A result comes back as
MessagePack, never as a pickle.
"""

import contextlib
import multiprocessing
import os
import resource
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import django
import msgspec
from django.apps import apps

MAX_RESULT = 128 * 1024 * 1024  # bytes

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["config.limited_server"])


# Signals that somebody sends, such as to all processes of a service that is stopped; 255: the server is gone.
STOPPED = {-signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP, 255}


class LimitExceededError(Exception):
    """The process used more time or memory than it may, or died of something else."""


class ProcessStoppedError(Exception):
    """The process was stopped from outside: the same call may succeed later."""


def run_limited[T](function: Callable[..., Any], *arguments: Any, result: type[T], seconds: int, megabytes: int) -> T:
    """The function's result, in the shape `result`. `function` must be importable, and use no database.

    Raises LimitExceededError when it ends in any other way, ProcessStoppedError when it was stopped, and OSError when
    there can be no process now.
    """
    receiver, sender = _context.Pipe(duplex=False)
    process = _context.Process(target=_work, args=(sender, seconds, megabytes, function, arguments), daemon=True)
    try:
        process.start()
        sender.close()
        return msgspec.msgpack.decode(_receive(receiver, process, seconds), type=result)
    except msgspec.DecodeError:
        raise LimitExceededError("result") from None
    finally:
        receiver.close()
        if process.pid is not None:
            process.kill()
            process.join()
            process.close()


def _receive(receiver: Connection, process: BaseProcess, seconds: int) -> bytes:
    # On a busy machine a process waits longer than it computes, and that is limited by the kernel.
    if not receiver.poll(4 * seconds):
        raise LimitExceededError("time")
    try:
        return receiver.recv_bytes(MAX_RESULT)
    except (EOFError, OSError):
        process.join(seconds)
        if process.exitcode in STOPPED:
            raise ProcessStoppedError from None
        raise LimitExceededError(f"exit {process.exitcode}") from None


def _work(sender: Connection, seconds: int, megabytes: int, function: Callable[..., Any], arguments: Any) -> None:
    """Send the function's result. Errors end the process without a word: they may hold a stranger's text."""
    with contextlib.suppress(Exception):
        if not apps.ready:
            django.setup()
        _limit(seconds, megabytes)
        sender.send_bytes(msgspec.msgpack.encode(function(*arguments)))
    sender.close()
    os._exit(0)


def _limit(seconds: int, megabytes: int) -> None:
    """Limit this process: the kernel ends it after its processor time, and refuses it more memory."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    statm = Path("/proc/self/statm")
    if statm.exists():
        used = int(statm.read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + megabytes * 1024 * 1024,) * 2)
