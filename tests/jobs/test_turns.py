"""Jobs of several Pros are begun in turns, however many one of them has."""

import pytest

from config.jobs import turns
from config.jobs.claiming import Queues
from config.jobs.turns import BACKGROUND, MOST, Accounts, in_turn

from .jobs import note
from .test_claiming import claimed

ONE, OTHER = 1, 2


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """Seconds of the accounts' clock, in a list of one."""
    seconds = [1000.0]
    monkeypatch.setattr(turns, "_accounts", Accounts())
    monkeypatch.setattr("config.jobs.turns.time.monotonic", lambda: seconds[0])
    return seconds


def enqueue(pro_id, line, **options):
    in_turn(note.using(**options), pro_id).enqueue("/nowhere", line)


def test_a_flood_keeps_no_other_waiting(db):
    for number in range(60):
        enqueue(ONE, f"flood {number}")
    for number in range(3):
        enqueue(OTHER, f"other {number}")
    note.enqueue("/nowhere", "of nobody")
    enqueue(OTHER, "elsewhere", queue_name="mail")
    note.using(queue_name="reading", priority=BACKGROUND).enqueue("/nowhere", "background")
    order = claimed(Queues(["*"], []))
    first = ["flood 0", "other 0", "of nobody", "elsewhere", "flood 1", "other 1", "flood 2", "other 2", "flood 3"]
    assert order == [*first, *(f"flood {number}" for number in range(4, 60)), "background"]


def test_what_was_enqueued_is_forgotten(clock):
    priorities = []
    for seconds in (0, 0, 0, 2.5, 0, 600):
        clock[0] += seconds
        priorities.append(in_turn(note, ONE).priority)
    assert priorities == [0, -1, -2, 0, -1, 0]
    for _ in range(3 * MOST):
        last = in_turn(note, ONE).priority
    assert last == -MOST
    clock[0] += 2 * MOST
    assert in_turn(note, ONE).priority == 0
    low = note.using(priority=BACKGROUND)
    assert [in_turn(low, ONE).priority for _ in range(2 * MOST)][-1] == -100


def test_accounts_of_long_ago_take_no_memory(clock, monkeypatch):
    monkeypatch.setattr(turns, "MAX_ACCOUNTS", 10)
    accounts = Accounts()
    for pro_id in range(100):
        accounts.count("mail", pro_id)
        clock[0] += 1
    assert len(accounts._counts) <= 10
