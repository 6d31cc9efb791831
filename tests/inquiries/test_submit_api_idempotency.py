"""POST /api/inquiries with an Idempotency-Key: repeats, also at once, beside a slow UserHub and after a fault."""

import threading

import pytest
from django.db import connection
from django_tasks_db.models import DBTaskResult

from config.api.models import IdempotencyKey
from contacts.models import Contact
from inquiries.customers import userhub
from inquiries.models import Inquiry, InquiryHistory
from tests.factories import ContactFactory

from . import hub as hubs
from . import submitting
from .hub import JAN
from .submitting import NEW, PATH

hub = hubs.hub
people = submitting.people


def post(api, body=NEW, key="k"):
    return api.post(PATH, body, **{"Idempotency-Key": key})


def test_a_repeat_is_answered_alike_without_asking_userhub_again(api, shipped, hub):
    first = post(api)
    hub.say({}, 404)
    again = post(api)
    assert (first.status_code, again.status_code, again.content, again["Location"]) == (
        201,
        201,
        first.content,
        first["Location"],
    )
    assert (first.get("Idempotency-Replayed"), again["Idempotency-Replayed"]) == (None, "true")
    assert (len(hub.seen), Inquiry.objects.count(), Contact.objects.count()) == (1, 1, 1)


def test_another_body_is_refused_without_asking_userhub(api, shipped, hub):
    post(api)
    response = post(api, {**NEW, "subject": "Other"})
    assert (response.status_code, response.json()["message"]) == (422, "Idempotency key mismatch")
    assert (len(hub.seen), Inquiry.objects.count()) == (1, 1)


def test_a_refusal_is_not_stored_under_the_key(api, shipped, hub):
    hub.say({}, 404)
    assert post(api).status_code == 422
    hub.say(JAN)
    assert (post(api).status_code, IdempotencyKey.objects.count()) == (201, 1)


@pytest.mark.django_db(transaction=True)
def test_with_a_key_nobody_waits_behind_a_slow_userhub_either(api, pro, shipped, hub, settings):
    settings.USERHUB_PATIENCE = 20_000
    hub.wait.clear()
    answers = []

    def submit():
        try:
            answers.append(post(api))
        finally:
            connection.close()

    thread = threading.Thread(target=submit)
    thread.start()
    assert hub.asked.wait(10)
    try:
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA busy_timeout = 0")
        ContactFactory(pro=pro)
    finally:
        hub.wait.set()
        thread.join(20)
        connection.close()
    assert [a.status_code for a in answers] == [201]


@pytest.mark.django_db(transaction=True)
def test_twelve_at_once_with_one_key_make_one(api, shipped, hub, at_once, monkeypatch):
    monkeypatch.setattr(userhub.awaited, "at_once", 12)
    answers = at_once(12, lambda _n: post(api))
    kept = [a for a in answers if a.status_code == 201]
    assert {a.status_code for a in answers} <= {201, 409}
    assert len({a.content for a in kept}) == 1
    assert len([a for a in kept if "Idempotency-Replayed" not in a]) == 1
    assert (Inquiry.objects.count(), InquiryHistory.objects.count(), Contact.objects.count()) == (1, 1, 1)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("broken", ["config.api.idempotency._store_response", "inquiries.pipeline.moves.record_move"])
def test_a_fault_in_the_middle_leaves_nothing(api, people, monkeypatch, broken):
    def fail(*_args, **_more):
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(broken, fail)
        assert post(api).status_code == 500
    models = (Inquiry, InquiryHistory, Contact, IdempotencyKey, DBTaskResult)
    assert [model.objects.count() for model in models] == [0] * 5
    assert post(api).status_code == 201
