"""/metrics: for a token or listed addresses, in Prometheus' text, with the counts of all processes."""

import re
import threading
import time
from datetime import timedelta

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from config.jobs.models import WorkerLease
from config.web import counters
from config.web.counters import BUCKETS, count, flush
from config.web.mail import send
from config.web.models import MetricCount
from contact_requests.mails import notify
from contacts.models import ChannelConnection

TOKEN = "a-token-of-twenty-characters"
pytestmark = pytest.mark.django_db
SAMPLE = re.compile(r'([a-z_]+)(?:\{((?:[a-z]+="(?:[^"\\\n]|\\.)*",?)*)\})? (-?[0-9.e+]+)')


@pytest.fixture(autouse=True)
def counting(settings):
    settings.METRICS_TOKEN = TOKEN
    counters._counts.clear()
    counters._flushed_at = 0.0
    yield
    counters._counts.clear()


def read(client, **headers):
    """The samples by name and labels; each line is one that Prometheus reads."""
    response = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}", **headers})
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    lines = response.content.decode().splitlines()
    samples = [SAMPLE.fullmatch(line) for line in lines if not line.startswith("# ")]
    assert all(samples)
    return {f"{sample[1]}{{{sample[2] or ''}}}": float(sample[3]) for sample in samples}


@pytest.mark.parametrize("value", ["", "Bearer", "Bearer x", "Basic a-token-of-twenty-characters", f"Bearer {TOKEN}x"])
def test_nobody_else_sees_it(nobody, value):
    response = nobody.get("/metrics", headers={"Authorization": value} if value else {})
    assert response.status_code == 404 and b"vestibule_" not in response.content


def test_it_is_closed_without_a_setting(nobody, settings):
    settings.METRICS_TOKEN = ""
    assert nobody.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404
    count("vestibule_mails_total", outcome="sent")
    assert counters._counts == {}


def test_listed_addresses_need_no_token(nobody, settings):
    settings.METRICS_ADDRESSES = ["10.1.0.0/16"]
    for address, status in {"10.1.2.3": 200, "10.2.2.3": 404, "127.0.0.1": 404}.items():
        assert nobody.get("/metrics", REMOTE_ADDR=address).status_code == status
    assert nobody.get("/metrics", REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="10.1.2.3").status_code == 404
    # A visitor of a proxy on a listed address, which is not known as one.
    visitor = {"REMOTE_ADDR": "10.1.2.3", "HTTP_X_FORWARDED_FOR": "203.0.113.5"}
    assert nobody.get("/metrics", **visitor).status_code == 404
    settings.TRUSTED_PROXIES = ["10.1.2.3/32"]
    assert nobody.get("/metrics", **visitor).status_code == 404
    assert nobody.get("/metrics", **visitor | {"HTTP_X_FORWARDED_FOR": "10.1.9.9"}).status_code == 200


def test_requests_by_route_and_status(nobody, browser, api):
    for _twice in range(2):
        nobody.get("/sign-in")
    api.get("/api/v1/contacts")
    nobody.get("/nowhere/jan@example.com")
    nobody.generic("FETCH", "/sign-in")
    samples = read(nobody)
    requests = {name: value for name, value in samples.items() if name.startswith("vestibule_requests_total")}
    start = "vestibule_requests_total{method="
    assert requests == {
        f'{start}"GET",route="sign-in",status="200"}}': 2,
        f'{start}"GET",route="api/v1/contacts",status="200"}}': 1,
        f'{start}"GET",route="(none)",status="404"}}': 1,
        f'{start}"(other)",route="sign-in",status="405"}}': 1,
    }


def test_a_histogram_counts_up(nobody):
    for seconds in (0.001, 0.3, 99):
        counters.observe("vestibule_request_seconds", seconds, route="x")
    samples = read(nobody)
    bounds = [f"{bound:g}" for bound in BUCKETS] + ["+Inf"]
    counts = [samples[f'vestibule_request_seconds_bucket{{le="{bound}",route="x"}}'] for bound in bounds]
    assert counts == [1] * 5 + [2] * 5 + [3]
    assert samples['vestibule_request_seconds_count{route="x"}'] == 3
    assert samples['vestibule_request_seconds_sum{route="x"}'] == pytest.approx(99.301)


def test_counts_of_several_processes_add_up(nobody):
    for _process in range(3):
        count("vestibule_mails_total", outcome="sent")
        flush()
    assert read(nobody)['vestibule_mails_total{outcome="sent"}'] == 3


def test_counts_are_kept_while_the_database_is_away(nobody, monkeypatch):
    count("vestibule_mails_total", outcome="sent")
    with monkeypatch.context() as patch:
        patch.setattr(counters.MetricCount._meta, "db_table", "nowhere")
        samples = read(nobody)
    assert samples == {"vestibule_database_up{}": 0}
    assert read(nobody)['vestibule_mails_total{outcome="sent"}'] == 1


def test_mails(nobody, user, mailoutbox):
    send("identity_review", {"document": None, "url": ""}, to="a@example.com", language="en")
    assert len(mailoutbox) == 1
    assert read(nobody)['vestibule_mails_total{outcome="sent"}'] == 1


def test_queues_workers_and_channels(nobody, pro):
    now = timezone.now()
    for _twice in range(2):
        notify.enqueue("x")
    notify.using(run_after=now + timedelta(hours=1)).enqueue("x")
    WorkerLease.objects.renew("desk-1")
    ChannelConnection.objects.create(pro=pro, channel="email", provider="mime", last_received_at=now)
    samples = read(nobody)
    queue = f'{{queue="{notify.queue_name}"}}'
    assert samples[f"vestibule_jobs_waiting{queue}"] == 2
    assert 0 <= samples[f"vestibule_jobs_oldest_seconds{queue}"] < 60
    expected = {"jobs_later": 1, "jobs_running": 0, "jobs_failed": 0, "workers": 1, "database_up": 1}
    assert {name: samples[f"vestibule_{name}{{}}"] for name in expected} == expected
    assert samples["vestibule_persons_waiting{}"] == 0
    assert samples["vestibule_persons_waiting{}"] == 0
    assert 0 <= samples["vestibule_worker_silence_seconds{}"] < 60
    last = samples['vestibule_channel_last_received_timestamp_seconds{channel="email"}']
    assert last == pytest.approx(now.timestamp(), abs=1)
    DBTaskResult.objects.update(status="FAILED")
    assert read(nobody)["vestibule_jobs_failed{}"] == 3


def test_a_label_is_escaped():
    assert counters.write_labels((("route", 'a"b\\c\nd'),)) == r'route="a\"b\\c\nd"'


def test_requests_write_now_and_then(nobody, monkeypatch, django_assert_num_queries):
    nobody.get("/healthz")
    assert MetricCount.objects.filter(name="vestibule_requests_total").count() == 1
    with django_assert_num_queries(0):
        nobody.get("/healthz")
    counters._flushed_at -= 11
    nobody.get("/healthz")
    assert MetricCount.objects.get(name="vestibule_requests_total").value == 3


@pytest.mark.django_db(transaction=True)
def test_a_process_that_nobody_asks_adds_its_counts_by_itself(monkeypatch):
    is_flushed, flush = threading.Event(), counters.flush
    monkeypatch.setattr(counters, "FLUSH_SECONDS", 0.01)
    monkeypatch.setattr(counters, "flush", lambda: (flush(), is_flushed.set()))
    count("vestibule_mails_total", outcome="sent")
    is_over = counters.keep_flushing()
    assert is_flushed.wait(60)
    is_over.set()
    assert list(MetricCount.objects.values_list("labels", "value")) == [('outcome="sent"', 1)]


@pytest.mark.django_db(transaction=True)
def test_it_adds_nothing_while_requests_do_or_nothing_is_counted(django_assert_num_queries):
    counters._flushed_at = time.monotonic()
    count("vestibule_mails_total", outcome="sent")
    with django_assert_num_queries(0):
        counters.flush_idle()
        counters._counts.clear()
        counters._flushed_at = 0.0
        counters.flush_idle()
