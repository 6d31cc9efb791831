"""A function runs in a process of its own, with limits of time and memory."""

import os
import signal
import time

import pytest

from config.limited import LimitExceededError, ProcessStoppedError, run_limited

from .suite import thorough_but


def process_id() -> int:
    return os.getpid()


def compute_for_ever() -> None:
    while True:
        pass


def wait_for_ever() -> None:
    time.sleep(3600)


def fill_memory() -> int:
    return len(bytearray(500 * 1024 * 1024))


def fail() -> None:
    raise ValueError("secret words")


def be_stopped() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def return_no_number() -> str:
    return "x"


def test_function_runs_in_a_process_of_its_own():
    first, second = (run_limited(process_id, result=int, seconds=2, megabytes=200) for _n in range(2))
    assert len({first, second, os.getpid()}) == 3


@pytest.mark.parametrize(
    "function",
    thorough_but(compute_for_ever, fail, of=[compute_for_ever, wait_for_ever, fill_memory, fail, return_no_number]),
)
def test_process_beyond_its_limits_ends(function):
    with pytest.raises(LimitExceededError) as error:
        run_limited(function, result=int, seconds=1, megabytes=100)
    assert "secret" not in str(error.value)


def test_process_that_is_stopped_has_no_limits_exceeded():
    with pytest.raises(ProcessStoppedError):
        run_limited(be_stopped, result=int, seconds=2, megabytes=200)
