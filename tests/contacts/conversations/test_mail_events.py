"""Mail by a provider, and its events: what came back is noted as by a report, and a complaint too."""

from collections.abc import Iterator
from urllib.parse import unquote_plus

import pytest

from config.accounts.mails import send_password_reset
from config.accounts.models import BouncedAddress
from contact_requests.models import ContactRequest
from contact_requests.receiving import receive
from contacts.conversations.writing import write_message
from contacts.models import ContactMessage
from contacts.reply_addresses import make_bounce_token

from ...factories import ContactFactory, PropertyFactory
from ..channels.mail_provider import KEY, MailProvider, call, event_call, serve, sign, token_of

pytestmark = pytest.mark.django_db
PROVIDERS = ["postmark", "mailgun", "brevo"]
ANA = "ana@example.org"
INACTIVE = f"You tried to send to one.\n Found inactive addresses: {ANA}.\n Inactive recipients are ones that bounced."


@pytest.fixture(params=PROVIDERS)
def provider(request) -> str:
    return request.param


@pytest.fixture
def peer(provider, settings) -> Iterator[MailProvider]:
    with serve(provider, settings) as peer:
        yield peer


@pytest.fixture
def answer(pro, user, peer, work_tasks):
    """An answer that has gone out, the peer's only call."""
    ana = ContactFactory(pro=pro, name="Ana", email=ANA)
    ana.hold_identities()
    user.undo_seconds = 0
    message = write_message(ana, "Yes, it is free.", channel="email", by=user)
    work_tasks()
    message.refresh_from_db()
    assert (message.state, len(peer.seen)) == ("sent", 1)
    return message


def bounced():
    return list(BouncedAddress.objects.order_by("address").values_list("address", "reason", "mail"))


def tell(client, provider, kind, token, recipient=ANA, **more):
    response = call(client, provider, event_call(provider, kind, token, recipient, **more))
    assert (response.status_code, response.content) == (200, b"OK")


# --- How a mail leaves


def test_a_mail_leaves_by_the_provider_with_its_token(provider, peer, answer):
    (seen,) = peer.seen
    assert KEY in str(seen.headers) or provider == "mailgun"
    assert token_of(provider, seen) == make_bounce_token(f"message:{answer.pk}")
    body = unquote_plus(seen.body.decode()) if provider == "mailgun" else seen.body.decode()
    assert "Yes, it is free." in body
    assert f"{answer.pk}@testserver" in body
    # Where reports would come back by SMTP is no sender of the provider's.
    assert "bounce+" not in body


def test_what_the_provider_does_not_take_now_is_tried_again(provider, peer, pro, user, work_tasks):
    ana = ContactFactory(pro=pro, name="Ana", email=ANA)
    ana.hold_identities()
    user.undo_seconds = 0
    peer.answer = (401, {"message": "Unauthorized: wrong key"})
    message = write_message(ana, "Yes.", channel="email", by=user)
    work_tasks()
    message.refresh_from_db()
    assert message.state == "sending"
    assert message.error.startswith("The mail server did not accept it (")
    assert "401" in message.error and "wrong key" in message.error and KEY not in message.error


@pytest.mark.parametrize("provider", ["postmark"], indirect=True)
def test_an_address_that_the_provider_suppresses_is_refused_for_good(peer, answer, pro, user, work_tasks):
    peer.answer = (
        422,
        {"ErrorCode": 406, "Message": INACTIVE},
    )
    message = write_message(answer.contact, "And?", channel="email", by=user)
    work_tasks()
    message.refresh_from_db()
    assert message.state == "failed"
    assert "550 Postmark does not send to this address" in message.error
    assert bounced() == []


# --- Events


def test_an_answer_that_comes_back_has_failed(provider, peer, answer, nobody):
    token = token_of(provider, peer.seen[0])
    for _twice in range(2):
        tell(nobody, provider, "returned", token)
        answer.refresh_from_db()
        assert (answer.state, answer.error) == ("failed", "The e-mail was returned.")
        assert bounced() == [(ANA, "gone", "answer")]
    assert ContactMessage.objects.count() == 1


def test_a_delivery_a_delay_and_a_complaint(provider, peer, answer, nobody):
    token = token_of(provider, peer.seen[0])
    tell(nobody, provider, "soft", token, words="451 4.7.1 Try again")
    answer.refresh_from_db()
    assert (answer.state, bounced()) == ("sent", [])
    tell(nobody, provider, "delivered", token)
    answer.refresh_from_db()
    assert (answer.state, bounced()) == ("delivered", [])
    tell(nobody, provider, "complained", token, words="")
    answer.refresh_from_db()
    assert (answer.state, bounced()) == ("delivered", [(ANA, "complaint", "answer")])


def test_a_full_mailbox_is_returned_and_not_gone(provider, peer, answer, nobody):
    tell(nobody, provider, "returned", token_of(provider, peer.seen[0]), words="552 5.2.2 Mailbox full")
    answer.refresh_from_db()
    assert (answer.state, bounced()) == ("failed", [])


@pytest.mark.parametrize("provider", ["postmark"], indirect=True)
def test_each_of_the_other_mails(provider, peer, pro, user, nobody, work_tasks):
    house = PropertyFactory(pro=pro, slug="house", title="The House")
    visit = receive(house, name="Ana", email=ANA, phone="", message="Free?", language="en")
    user.set_password("correct horse battery")
    user.save()
    send_password_reset.enqueue(user.email)
    work_tasks()
    tokens = {seen.json["To"]: token_of(provider, seen) for seen in peer.seen}
    assert tokens[ANA] == make_bounce_token(f"request:{visit.pk}")
    kinds = [(ANA, "acknowledgment"), (user.email, "account"), (pro.email, "notification")]
    for address, _kind in kinds:
        tell(nobody, provider, "returned", tokens[address], address)
    assert bounced() == sorted((address.lower(), "gone", kind) for address, kind in kinds)
    assert ContactRequest.objects.get().acknowledgment_returned_at is not None


# --- What is refused, and what changes nothing


def test_only_the_provider_is_believed(provider, peer, answer, nobody, settings):
    body = event_call(provider, "returned", token_of(provider, peer.seen[0]), ANA)
    if provider == "mailgun":
        forged = [{**body, "signature": sign(secret="x")}, {**body, "signature": sign(at=1)}, {"event-data": {}}]
        answers = [call(nobody, provider, each) for each in forged]
    else:
        answers = [
            call(nobody, provider, body, "wrong"),
            nobody.post("/channels/mail-events", body, "application/json"),
        ]
    assert {answer.status_code for answer in answers} == {403}
    settings.MAIL_EVENTS_SECRET = ""
    assert call(nobody, provider, body).status_code == 404
    answer.refresh_from_db()
    assert (answer.state, bounced()) == ("sent", [])


def test_calls_that_say_nothing(provider, peer, answer, nobody, case):
    good = event_call(provider, "returned", token_of(provider, peer.seen[0]), ANA)
    data = good["event-data"] if provider == "mailgun" else good
    named = {"postmark": "Metadata", "mailgun": "user-variables", "brevo": "X-Mailin-custom"}[provider]
    to = {"postmark": "Email", "mailgun": "recipient", "brevo": "email"}[provider]

    def changed(**fields):
        return {**good, "event-data": {**data, **fields}} if provider == "mailgun" else {**good, **fields}

    bodies = {
        "no token": changed(**{named: None}),
        "a token of others": changed(**{named: {"vestibule_mail": "a" * 52}}),
        "a token that is none": changed(**{named: {"vestibule_mail": 7}}),
        "no recipient": changed(**{to: None}),
        "a recipient of another kind": changed(**{to: {"a": 1}}),
        "another event": changed(event="opened", RecordType="Open"),
        "an event of no kind": changed(event=["x"], RecordType={"a": 1}),
        "times": changed(timestamp=1e300, ts_epoch=1e300, BouncedAt="x" * 1000),
    }
    for label, body in bodies.items():
        with case(label):
            response = call(nobody, provider, body)
            answer.refresh_from_db()
            is_kept = (answer.state, bounced()) == ("sent", []) or label in ("times", "no recipient")
            assert (response.status_code, is_kept) == (200, True)
    assert call(nobody, provider, b"x" * (1024 * 1024 + 1)).status_code == 413


def test_a_mail_that_is_gone_is_known_to_nobody(provider, peer, answer, nobody):
    token = token_of(provider, peer.seen[0])
    ContactMessage.objects.all().delete()
    tell(nobody, provider, "returned", token)
    assert bounced() == []
