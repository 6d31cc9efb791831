"""Limits: counted over all workers, in windows of the clock."""

from types import SimpleNamespace

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from config.web.aside import write_waiting
from config.web.limits import Limit
from config.web.models import RateCount, prune_rate_counts


@pytest.fixture
def clock(monkeypatch, db):
    """Time that the limits see; set `clock.now` (Unix seconds)."""
    clock = SimpleNamespace(now=6000.0)
    fake = SimpleNamespace(time=lambda: clock.now)
    monkeypatch.setattr("config.web.limits.time", fake)
    monkeypatch.setattr("config.web.models.time", fake)
    return clock


def hit(limit):
    """Count one in a request that ends."""
    wait = limit.hit("a")
    write_waiting()
    return wait


def rows():
    return list(RateCount.objects.order_by("key", "expires_at").values_list("key", "expires_at", "count"))


def test_within_and_beyond(clock):
    limit = Limit("test", 3, 60)
    assert [limit.hit("a") for _ in range(5)] == [0, 0, 0, 60, 60]
    assert rows() == [("test:a", 6060, 5)]


def test_each_key_and_each_name_has_its_own_count(clock):
    limit, other = Limit("test", 1, 60), Limit("other", 1, 60)
    assert [limit.hit("a"), limit.hit("b"), other.hit("a"), limit.hit("a")] == [0, 0, 0, 60]


def test_two_processes_share_one_count(clock):
    here, there = Limit("test", 3, 60), Limit("test", 3, 60)
    assert [here.hit("a"), there.hit("a"), here.hit("a"), there.hit("a"), here.hit("a")] == [0, 0, 0, 60, 60]


def test_the_wait_shortens_and_the_next_window_is_open(clock):
    limit = Limit("test", 1, 60)
    limit.hit("a")
    clock.now = 6045.7
    assert limit.hit("a") == 15
    clock.now = 6059.9
    assert limit.hit("a") == 1
    clock.now = 6060.0
    assert (limit.hit("a"), limit.hit("a")) == (0, 60)
    assert rows() == [("test:a", 6060, 3), ("test:a", 6120, 2)]


def test_a_batch_is_written_every_tenth_time(clock):
    limit = Limit("test", 100, 60, batch=10)
    assert [hit(limit) for _ in range(9)] == [0] * 9
    assert rows() == []
    hit(limit)
    assert rows() == [("test:a", 6060, 10)]
    for _ in range(15):
        hit(limit)
    assert rows() == [("test:a", 6060, 20)]


def test_a_batch_counts_what_is_not_written_yet(clock):
    limit = Limit("test", 3, 60, batch=10)
    assert [hit(limit) for _ in range(5)] == [0, 0, 0, 60, 60]


def test_processes_that_count_in_batches_go_past_the_limit_by_a_batch_each_at_the_most(clock):
    workers = [Limit("test", 50, 60, batch=10) for _ in range(4)]
    passed = sum(hit(worker) == 0 for _ in range(100) for worker in workers)
    assert 50 <= passed <= 50 + 4 * 10


def test_a_batch_begins_anew_with_the_window(clock):
    limit = Limit("test", 12, 60, batch=10)
    assert [hit(limit) for _ in range(13)] == [0] * 12 + [60]
    clock.now = 6060.0
    assert [hit(limit) for _ in range(13)] == [0] * 12 + [60]
    assert rows() == [("test:a", 6060, 10), ("test:a", 6120, 10)]


def test_what_a_process_remembers_is_bounded(clock):
    limit = Limit("test", 100, 60, batch=10)
    for number in range(20_050):
        limit.hit(number)
    write_waiting()
    assert len(limit._pending) <= 10_001


@pytest.mark.parametrize("key", ["", "é" * 500, "a\x00b", "' OR 1=1", "x" * 10_000, None, 7])
def test_any_key_will_do(clock, key):
    limit = Limit("test", 1, 60)
    assert [limit.hit(key), limit.hit(key)] == [0, 60]


def test_a_counted_time_counts_as_many(clock):
    hit = RateCount.objects.hit
    assert [hit("a", seconds=60), hit("a", seconds=60, times=10), hit("b", seconds=60)] == [1, 11, 1]


def test_of_several_at_once_those_within_the_limit_are_admitted(clock):
    limit = Limit("test", 5, 60)
    assert [limit.admit("a", times) for times in (3, 1, 4, 2)] == [3, 1, 1, 0]
    assert [limit.hit("a") > 0, limit.admit("b", 6), limit.hit("c")] == [True, 5, 0]


def test_two_limits_are_counted_in_one_statement(clock, django_assert_num_queries):
    hour, minute = Limit("hour", 3, 3600), Limit("minute", 1, 60)
    clock.now = 6015.0
    with django_assert_num_queries(4):
        waits = [Limit.hit_all([hour, minute], "a\x00b") for _ in range(4)]
    assert waits == [[0, 0], [0, 45], [0, 45], [1185, 45]]
    assert rows() == [("hour:ab", 7200, 4), ("minute:ab", 6060, 4)]
    assert Limit.hit_all([minute], "ab") == [45]


def test_pruning_takes_what_is_past(clock):
    Limit("test", 1, 60).hit("old")
    clock.now = 6060.0
    Limit("test", 1, 60).hit("new")
    assert prune_rate_counts() == 0
    clock.now = 6061.0
    assert prune_rate_counts() == 1
    assert rows() == [("test:new", 6120, 1)]


@pytest.mark.django_db(transaction=True)
def test_threads_that_count_at_once_each_see_their_own_number(at_once):
    counts = at_once(12, lambda _n: [RateCount.objects.hit("a", seconds=86400) for _ in range(5)])
    assert sorted(number for part in counts for number in part) == list(range(1, 61))


@pytest.mark.django_db(transaction=True)
def test_only_a_count_that_is_a_transaction_of_its_own_waits_for_no_disk():
    def forcing():
        with connection.cursor() as cursor:
            cursor.execute("SHOW synchronous_commit" if connection.vendor == "postgresql" else "PRAGMA synchronous")
            return cursor.fetchone()

    before = forcing()
    with CaptureQueriesContext(connection) as alone:
        assert RateCount.objects.hit("a", seconds=86400) == 1
    assert "synchronous" in str(alone.captured_queries)
    assert forcing() == before
    with transaction.atomic():
        with CaptureQueriesContext(connection) as with_others:
            assert RateCount.objects.hit("a", seconds=86400) == 2
        assert "synchronous" not in str(with_others.captured_queries)
        assert forcing() == before
