"""Replies of earlier releases become messages of the conversation, and replies again when that is taken back."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

pytestmark = pytest.mark.released_migration
SENT_AT = datetime(2026, 2, 10, 14, 30, tzinfo=UTC)
SEND_MESSAGE = "contacts.conversations.sending.send_message"
BEFORE, AFTER = "0009_who_waits", "0011_delete_reply"


def make_request(get, pro, **fields):
    contact = get("contacts", "Contact").objects.create(pro=pro, name="Ana", email="ana@example.org", source="form")
    house = get("contact_requests", "Property").objects.create(pro=pro, title="The House", slug=f"h-{contact.pk}")
    return get("contact_requests", "ContactRequest").objects.create(
        pro=pro,
        property=house,
        contact=contact,
        name="Ana",
        email="ana@example.org",
        message="?",
        search_text="",
        **fields,
    )


@pytest.fixture
def before(migrate):
    """The models of before, with the Pro, a member and a contact request."""
    get = migrate("contact_requests", BEFORE).get_model
    pro = get("accounts", "Pro").objects.create(name="P", email="p@example.org")
    user = get("accounts", "User").objects.create(email="u@example.org", pro=pro)
    return get, pro, user, make_request(get, pro, language="fr")


def test_a_sent_reply_becomes_a_message_and_a_reply_again(before, migrate):
    get, pro, user, request = before
    Reply = get("contact_requests", "Reply")
    times = {"created_at": SENT_AT - timedelta(seconds=2), "sent_at": SENT_AT}
    reply = Reply.objects.create(contact_request=request, author=user, body="Oui, là.", **times)
    stored = Reply.objects.values().get()

    get = migrate("contact_requests", AFTER).get_model
    message = get("contacts", "ContactMessage").objects.values().get()
    expected = {
        "id": reply.pk,
        "pro_id": pro.pk,
        "contact_id": request.contact_id,
        "connection_id": None,
        "channel": "email",
        "external_id": f"<reply.{reply.pk}@testserver>",
        "address": "ana@example.org",
        "subject": "Votre message au sujet de The House",
        "text": "Oui, là.",
        "search_text": "votre message au sujet de the house\noui, la.",
        "topic": f"request:{request.pk}",
        "state": "sent",
        "error": "",
        "author_id": user.pk,
        **times,
    }
    assert {name: message[name] for name in expected} == expected
    contact = get("contacts", "Contact").objects.get()
    assert (contact.last_message_at, contact.unread_count) == (times["created_at"], 0)

    get = migrate("contact_requests", BEFORE).get_model
    assert get("contact_requests", "Reply").objects.values().get() == stored
    assert get("contacts", "ContactMessage").objects.count() == 0


def test_what_became_of_a_reply_is_kept(before, migrate):
    get, pro, _user, _request = before
    cases = [
        ({"sent_at": SENT_AT, "error": "The e-mail was returned: see the message about it."}, "failed"),
        ({"created_at": SENT_AT, "error": "451 Try later"}, "failed"),
        ({"error": "451 Try later"}, "sending"),
        ({}, "sending"),
    ]
    requests = [make_request(get, pro) for _case in cases]
    expected = {}
    for request, (fields, state) in zip(requests, cases, strict=True):
        reply = get("contact_requests", "Reply").objects.create(contact_request=request, body="Oui", **fields)
        expected[reply.pk] = (state, fields.get("error", ""), fields.get("sent_at"), None)
    messages = migrate("contact_requests", AFTER).get_model("contacts", "ContactMessage").objects.all()
    assert {m.pk: (m.state, m.error, m.sent_at, m.author_id) for m in messages} == expected


def test_a_reply_goes_along_when_a_merge_is_undone(before, migrate):
    get, pro, _user, request = before
    kept = get("contacts", "Contact").objects.create(pro=pro, name="Kept", email="k@example.org", source="form")
    merged = get("contacts", "Contact").objects.get(pk=request.contact_id)
    get("contacts", "Contact").objects.filter(pk=merged.pk).update(deleted_at=timezone.now(), merged_into=kept)
    get("contact_requests", "ContactRequest").objects.update(contact=kept)
    moved = {"contact_requests.contactrequest.contact": [str(request.pk)], "contacts.contactmessage.contact": ["x"]}
    get("contacts", "ContactMerge").objects.create(pro=pro, survivor=kept, absorbed=merged, moved=moved, fields={})
    reply = get("contact_requests", "Reply").objects.create(contact_request=request, body="Oui", sent_at=SENT_AT)
    get = migrate("contact_requests", AFTER).get_model
    assert get("contacts", "ContactMessage").objects.get().contact_id == kept.pk
    merge = get("contacts", "ContactMerge").objects.get()
    assert merge.moved["contacts.contactmessage.contact"] == ["x", str(reply.pk)]


def test_a_job_that_waits_sends_the_reply_when_it_is_taken_back(before, migrate):
    get, _pro, _user, request = before
    reply = get("contact_requests", "Reply").objects.create(contact_request=request, body="Oui")
    migrate("contact_requests", AFTER)
    for id in (str(reply.pk), "other"):
        arguments = {"args": [id], "kwargs": {}}
        DBTaskResult.objects.create(args_kwargs=arguments, task_path=SEND_MESSAGE, run_after=SENT_AT)
    migrate("contact_requests", BEFORE)
    paths = {row.args_kwargs["args"][0]: row.task_path for row in DBTaskResult.objects.all()}
    assert paths == {str(reply.pk): "contact_requests.mails.send_reply", "other": SEND_MESSAGE}
