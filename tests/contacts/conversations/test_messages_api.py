"""/api/v1/contacts/:id/messages."""

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from contacts.channels.message import File
from contacts.conversations.programs import COPIES
from contacts.models import ContactIdentity, ContactMessage, MessageFile, WaitingItem
from tests.factories import ContactFactory, InquiryFactory, PropertyFactory, RequestFactory, UserFactory

from ..messaging import arrive

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(letterbox):
    """A contact who wrote two e-mails."""
    contact = arrive(letterbox, "Is it free?", who="Ana", subject="House on the quay").contact
    arrive(letterbox, "Hello?", who="Ana", subject="Re: House on the quay")
    return contact


@pytest.fixture
def thread(ana):
    return f"/api/v1/contacts/{ana.pk}/messages"


def details(response):
    """(status, code, [[field, message], …]) of a refusal."""
    error = response.json()["error"]
    return response.status_code, error["code"], [[each["field"], each["message"]] for each in error.get("details", [])]


def utc(time):
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"


def waiting(contact):
    items = WaitingItem.objects.filter(contact=contact, ended_at=None)
    return sorted(items.values_list("kind", flat=True))


def test_the_thread_newest_first_by_pages(api, ana, thread):
    second, first = ContactMessage.objects.order_by("-created_at", "-id")
    page = api.get(thread, limit=1).json()
    body = {
        "id": str(second.pk),
        "contactId": str(ana.pk),
        "direction": "inbound",
        "channel": "email",
        "state": "received",
        "error": None,
        "address": second.address,
        "senderName": "Ana",
        "author": None,
        "subject": "Re: House on the quay",
        "text": "Hello?",
        "cc": [],
        "attachments": [],
        "contactRequestId": None,
        "inquiryId": None,
        "isAutomatic": False,
        "isUnconfirmed": False,
        "createdAt": utc(second.created_at),
        "editedAt": None,
        "deletedAt": None,
        "readAt": None,
        "sendAt": None,
        "sentAt": None,
    }
    assert (page["data"], list(page["data"][0]), page["hasMore"]) == ([body], list(body), True)
    assert page["thread"]["replyChannels"] == [{"channel": "email", "address": second.address, "takesText": True}]
    rest = api.get(thread, limit=1, cursor=page["cursor"]["next"]).json()
    assert ([each["id"] for each in rest["data"]], rest["cursor"], rest["hasMore"]) == (
        [str(first.pk)],
        {"next": None},
        False,
    )
    ana.refresh_from_db()
    assert ana.unread_count == 2


def test_an_answer_by_the_channel_that_they_wrote_by_last(api, ana, thread):
    response = api.post(thread, {"text": "It is."})
    message = ContactMessage.objects.answers().get()
    body = response.json()["data"]
    assert (response.status_code, response["Location"]) == (201, f"{thread}/{message.pk}")
    assert (body["direction"], body["channel"], body["subject"]) == ("outbound", "email", "Re: House on the quay")
    assert (body["state"], body["text"], body["author"], body["address"]) == (
        "scheduled",
        "It is.",
        None,
        message.address,
    )
    assert (message.author, message.job_id is not None, waiting(ana)) == (None, True, [])
    alone = api.get(response["Location"])
    assert alone.json() == {"data": body}
    assert (
        api.client.get(response["Location"], headers={**api.headers, "If-None-Match": alone["ETag"]}).status_code == 304
    )


def test_the_same_key_answers_once(api, thread):
    first, second = [api.post(thread, {"text": "It is."}, **{"Idempotency-Key": "one"}) for _ in range(2)]
    assert (first.status_code, first.content, first["Location"]) == (201, second.content, second["Location"])
    assert (second["Idempotency-Replayed"], ContactMessage.objects.answers().count()) == ("true", 1)


def test_nothing_leaves_when_a_colleague_answered_meanwhile(api, pro, ana, thread):
    seen = api.get(thread).json()["thread"]["version"]
    ana.notes.model.objects.add_note(ana, "I call her.", by=UserFactory(pro=pro))
    response = api.post(thread, {"text": "It is.", "seen": seen}, **{"Idempotency-Key": "one"})
    message = "Something was added to the thread since. Nothing was sent."
    assert (response.status_code, response.json()) == (409, {"error": {"code": "thread_changed", "message": message}})
    assert not ContactMessage.objects.answers().exists()
    seen = api.get(thread).json()["thread"]["version"]
    assert api.post(thread, {"text": "It is.", "seen": seen}).status_code == 201


def test_an_answer_about_one_thing_ends_that_alone(api, pro, ana, thread):
    request = RequestFactory(property=PropertyFactory(pro=pro), contact=ana)
    inquiry = InquiryFactory(pro=pro, contact=ana, person={"email": "ana@example.org"})
    for kind, key in (("request", request.pk), ("inquiry", inquiry.pk)):
        since = timezone.now()
        WaitingItem.objects.add(pro, kind, key, contact=ana, since=since, channel="email")
    assert waiting(ana) == ["inquiry", "message", "message", "request"]
    body = api.post(thread, {"text": "It is.", "inquiryId": inquiry.pk}).json()["data"]
    assert (body["inquiryId"], body["contactRequestId"]) == (inquiry.pk, None)
    assert waiting(ana) == ["message", "message", "request"]
    # Without one it is about the first that waits, and ends all.
    body = api.post(thread, {"text": "And welcome."}).json()["data"]
    assert (body["contactRequestId"], waiting(ana)) == (str(request.pk), [])


def test_a_sender_whom_nobody_confirmed(api, ana, thread):
    message = ContactMessage.objects.order_by("created_at").first()
    ContactIdentity.objects.update(is_stated=True)
    ContactMessage.objects.filter(pk=message.pk).update(is_unconfirmed=True)
    text = f"Nobody has confirmed who wrote the message {message.pk}. If it was this contact, send its id."
    for confirms in ([], [str(uuid.uuid4())]):
        refusal = api.post(thread, {"text": "It is.", "confirms": confirms})
        assert details(refusal) == (400, "validation_error", [["confirms", text]])
    assert api.post(thread, {"text": "It is.", "confirms": [str(message.pk)]}).status_code == 201
    message.refresh_from_db()
    assert (message.is_unconfirmed, ContactIdentity.objects.filter(is_stated=True).exists()) == (False, False)


def test_what_cannot_be_sent_is_refused_and_nothing_is_stored(api, pro, ana, thread, case):
    stranger = RequestFactory(property=PropertyFactory(pro=pro))
    late = (timezone.now() + timedelta(days=400)).isoformat()
    nothing = "There is nothing of this contact under this id."
    refusals = {
        "blank": ({"text": " \n"}, ["text", "Write something first."]),
        "other channel": (
            {"text": "Yes", "channel": "whatsapp"},
            ["channel", "This contact cannot be answered by this channel."],
        ),
        "somebody else's": ({"text": "Yes", "contactRequestId": str(stranger.pk)}, ["contactRequestId", nothing]),
        "no inquiry": ({"text": "Yes", "inquiryId": 2**62}, ["inquiryId", nothing]),
        "two things": (
            {"text": "Yes", "inquiryId": 1, "contactRequestId": str(stranger.pk)},
            ["inquiryId", "Send contactRequestId or inquiryId, not both."],
        ),
        "too late": ({"text": "Yes", "sendAt": late}, ["sendAt", "Choose a time within the next year."]),
        "no address": ({"text": "Yes", "cc": ["nobody"]}, ["cc", "“nobody” is not an e-mail address."]),
    }
    for label, (body, detail) in refusals.items():
        with case(label):
            assert details(api.post(thread, body)) == (400, "validation_error", [detail])
            assert not ContactMessage.objects.answers().exists()


def test_copies_are_limited_for_all_programs_of_a_pro(api, ana, thread, monkeypatch):
    monkeypatch.setattr(COPIES, "times", 3)
    # Two addresses, one of them twice; what is refused counts nothing.
    copies = {"text": "It is.", "cc": ["ben@example.org", "eve@example.org", "ben@example.org"]}
    assert api.post(thread, copies).status_code == 201
    refused = api.post(thread, {**copies, "text": "And free."}, **{"Idempotency-Key": "one"})
    wait = int(refused["Retry-After"])
    text = f"The copies (cc) of today are used up. Try again in {wait} s, or without any."
    assert (refused.status_code, refused.json()["error"]) == (429, {"code": "rate_limited", "message": text})
    assert 0 < wait <= 24 * 3600
    assert api.post(thread, {**copies, "cc": ["ben@example.org"]}).status_code == 201
    assert api.post(thread, {"text": "Without."}).status_code == 201
    assert [message.text for message in ContactMessage.objects.answers().order_by("created_at")] == [
        *("It is.", "It is.", "Without.")
    ]


def test_no_channel_at_all(api, pro, whatsapp):
    silent = ContactFactory(pro=pro, email="", phone="+33612345678")
    answers = f"/api/v1/contacts/{silent.pk}/messages"
    assert api.get(answers).json()["thread"]["replyChannels"] == []
    text = "This contact cannot be answered by any channel."
    assert details(api.post(answers, {"text": "Hello"})) == (400, "validation_error", [["channel", text]])
    old = arrive(whatsapp, who="Old", sent_at=timezone.now() - timedelta(days=3)).contact
    answers = f"/api/v1/contacts/{old.pk}/messages"
    assert api.get(answers).json()["thread"]["replyChannels"][0]["takesText"] is False
    closed = "WhatsApp takes free text for 24 hours after somebody's last message. That time is over."
    assert details(api.post(answers, {"text": "Hello"})) == (400, "validation_error", [["channel", closed]])


def test_a_file_of_a_message(api, other_api, letterbox):
    message = arrive(letterbox, "See this.", files=(File("plan.txt", b"a plan"),))
    thread = f"/api/v1/contacts/{message.contact_id}/messages"
    [file], stored = api.get(thread).json()["data"][0]["attachments"], MessageFile.objects.get()
    path = f"{message.pk}/attachments/{stored.pk}/download"
    address = f"{thread}/{path}"
    described = {"id": stored.pk, "filename": "plan.txt", "mimeType": "text/plain", "size": 6}
    assert file == {**described, "downloadUrl": address}
    response = api.get(address)
    assert (b"".join(response.streaming_content), response["X-Content-Type-Options"]) == (b"a plan", "nosniff")
    assert "attachment" in response["Content-Disposition"] and "plan.txt" in response["Content-Disposition"]
    other = arrive(letterbox, who="Somebody").contact
    foreign = [other_api.get(address), api.get(f"/api/v1/contacts/{other.pk}/messages/{path}")]
    foreign.append(api.get(f"{thread}/{uuid.uuid4()}/attachments/{stored.pk}/download"))
    foreign.append(api.get(f"{thread}/{message.pk}/attachments/{2**63}/download"))
    assert {each.status_code for each in foreign} == {404}


def test_an_archived_contact_is_not_found(api, ana, thread):
    message = ContactMessage.objects.first()
    ana.archive(by=None)
    answers = [api.get(thread), api.get(f"{thread}/{message.pk}"), api.post(thread, {"text": "Hello"})]
    assert [each.status_code for each in answers] == [404, 404, 404]
    assert not ContactMessage.objects.answers().exists()


def test_reading_is_not_answering(api_with, thread):
    assert api_with("contacts:write").get(thread).status_code == 403
    reader = api_with("messages:read")
    assert (reader.get(thread).status_code, reader.post(thread, {"text": "Hello"}).status_code) == (200, 403)
