"""Senders in the envelope: a report on a mail comes back to an address that tells which mail of ours it was."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from config.accounts.models import BouncedAddress
from config.web.mail import send
from contact_requests.receiving import receive
from contacts.conversations.writing import write_message
from contacts.models import Contact, ContactMessage
from contacts.reply_addresses import make_reply_address, read_reply_address
from inquiries.mails import mail_acknowledgment
from inquiries.models import Inquiry
from inquiries.offers.lifecycle import send_offer

from ..contacts.channels.mail_provider import call, event_call, serve, token_of
from ..contacts.channels.mail_server import MailServer, start
from ..contacts.channels.reply_calls import DOMAIN, deliver_reply, make_bounce_address, receive_replies
from ..factories import ContactFactory, PropertyFactory

pytestmark = pytest.mark.django_db
FROM = "no-reply@testserver"
REPORT = "I could not deliver your mail.\nUser unknown"
NOTE = "The e-mail was returned: see the message about it."


class FussyServer(MailServer):
    """Refuses senders that are not `FROM`, if it is fussy."""

    is_fussy = False

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.is_fussy and address != FROM:
            return "553 5.7.1 Sender address rejected: not owned by user"
        envelope.mail_from = address
        return "250 OK"


@pytest.fixture
def server(settings: Any) -> Iterator[FussyServer]:
    server = FussyServer()
    controller = start(server, settings)
    yield server
    controller.stop()


@pytest.fixture(params=["mailgun", "postmark"])
def provider(request, settings):
    receive_replies(settings, request.param)
    return request.param


@pytest.fixture
def answer(pro, user, server, work_tasks):
    """An answer that has gone out."""
    ana = ContactFactory(pro=pro, name="Ana", email="ana@example.org")
    ana.hold_identities()
    user.undo_seconds = 0
    message = write_message(ana, "Yes, it is free.", channel="email", by=user)
    work_tasks()
    message.refresh_from_db()
    return message


@pytest.fixture
def visit(pro, server):
    house = PropertyFactory(pro=pro, slug="house", title="The House")
    return receive(house, name="Ana", email="ana@example.org", phone="", message="Free?", language="en")


def sender_to(server, address):
    (sender,) = {sender for sender, recipients in server.envelopes if address in recipients}
    return sender


def report(client, provider, address, work_tasks, text=REPORT):
    """Deliver a report that does not repeat the mail, and return the message that it becomes."""
    known = set(ContactMessage.objects.values_list("pk", flat=True))
    response = deliver_reply(client, provider, address, text, by="MAILER-DAEMON@example.org", id="<r1@example.org>")
    assert (response.status_code, response.content) == (200, b"OK")
    work_tasks()
    return ContactMessage.objects.exclude(pk__in=known).get()


# --- Each mail


def test_an_answer_that_comes_back_has_failed(provider, server, answer, nobody, work_tasks):
    sender = sender_to(server, "ana@example.org")
    assert sender == make_bounce_address(f"message:{answer.pk}")
    assert str(server.messages[0]["From"]).endswith(f"<{FROM}>")
    back = report(nobody, provider, sender, work_tasks)
    answer.refresh_from_db()
    assert (answer.state, answer.error) == ("failed", NOTE)
    assert (back.contact, back.is_automatic, back.is_unconfirmed) == (answer.contact, True, False)
    assert Contact.objects.count() == 1


def test_an_acknowledgment_that_comes_back_is_marked(provider, server, visit, nobody, work_tasks):
    work_tasks()
    sender = sender_to(server, "ana@example.org")
    assert sender == make_bounce_address(f"request:{visit.pk}")
    back = report(nobody, provider, sender, work_tasks)
    visit.refresh_from_db()
    assert (visit.acknowledgment_returned_at is not None, back.contact) == (True, visit.contact)


def test_the_acknowledgment_of_an_inquiry_is_marked(provider, server, customer, nobody, work_tasks):
    Inquiry.objects.filter(pk=customer.pk).update(profile_at=timezone.now())
    mail_acknowledgment.func(customer.pk)
    sender = sender_to(server, customer.person["email"])
    assert sender == make_bounce_address(f"inquiry:{customer.pk}")
    report(nobody, provider, sender, work_tasks)
    customer.refresh_from_db()
    assert customer.acknowledgment_returned_at is not None


def test_an_offer_that_comes_back_is_marked(provider, server, draft, user, nobody, work_tasks):
    send_offer(draft, by=user)
    work_tasks()
    sender = sender_to(server, draft.email)
    assert sender == make_bounce_address(f"offer:{draft.pk}")
    report(nobody, provider, sender, work_tasks)
    draft.refresh_from_db()
    draft.inquiry.refresh_from_db()
    assert (draft.mail_error, draft.mail_failed_at is not None) == (NOTE, True)
    assert draft.inquiry.acknowledgment_returned_at is None


def test_an_offer_that_a_provider_of_mail_returns_is_marked(settings, draft, user, nobody, work_tasks):
    with serve("postmark", settings) as peer:
        send_offer(draft, by=user)
        work_tasks()
        token = token_of("postmark", peer.seen[-1])
        call(nobody, "postmark", event_call("postmark", "returned", token, draft.email))
    draft.refresh_from_db()
    assert (draft.mail_error, draft.mail_failed_at is not None) == ("The e-mail was returned.", True)
    assert BouncedAddress.objects.of(draft.inquiry.pro, draft.email).mail == "offer"


# --- What is no failure, and what is gone


def test_a_report_on_a_delay_marks_nothing(provider, server, answer, nobody, work_tasks):
    sender = sender_to(server, "ana@example.org")
    back = report(nobody, provider, sender, work_tasks, "Your mail is delayed; it will be retried.")
    answer.refresh_from_db()
    assert (answer.state, answer.error, back.contact) == ("sent", "", answer.contact)


def test_a_mail_that_is_gone_is_known_to_nobody(provider, server, draft, nobody):
    for name in (f"offer:{draft.pk + 1}", "request:5b0f7a3e-4f0c-4a39-8d46-3d2f0c2f7a11"):
        response = deliver_reply(nobody, provider, make_bounce_address(name), REPORT, by="MAILER-DAEMON@example.org")
        assert (response.status_code, response.content) == (200, b"OK")
    assert not ContactMessage.objects.exists()


# --- Addresses


def test_an_address_names_its_mail_and_cannot_become_one_of_a_thread(settings):
    receive_replies(settings)
    uuid = "5b0f7a3e-4f0c-4a39-8d46-3d2f0c2f7a11"
    for name in (f"message:{uuid}", f"request:{uuid}", "inquiry:17", f"offer:{2**63 - 1}"):
        address = make_bounce_address(name)
        assert (len(address.partition("@")[0]) <= 64, address.endswith(f"@{DOMAIN}")) == (True, True)
        assert {read_reply_address(each) for each in (address, address.upper())} == {f"bounce:{name}"}
        assert len(f"bounce:{name}") <= 60
        assert read_reply_address(address.replace("bounce+", "reply+")) == ""
    assert read_reply_address(make_reply_address("inquiry:17").replace("reply+", "bounce+")) == ""


# --- Otherwise as before


def test_without_an_address_for_reports_the_sender_is_that_in_from(server, visit, work_tasks):
    work_tasks()
    assert sender_to(server, "ana@example.org") == FROM


def test_a_server_that_takes_no_such_sender_gets_the_usual_one(provider, server, visit, work_tasks, caplog):
    server.is_fussy = True
    work_tasks()
    visit.refresh_from_db()
    (mail,) = [mail for mail in server.messages if mail["To"] == "ana@example.org"]
    assert (sender_to(server, "ana@example.org"), str(mail["From"])) == (FROM, f"Vestibule <{FROM}>")
    assert visit.acknowledged_at is not None
    assert "takes no sender at REPLY_DOMAIN" in caplog.text


def test_a_server_that_takes_nobody_is_an_error_as_before(provider, server, visit):
    async def refuse(*args: Any) -> str:
        return "553 5.7.1 Nobody may send"

    server.handle_MAIL = refuse
    with pytest.raises(OSError, match="553"):
        send("acknowledgment", {"contact_request": visit, "pro": visit.pro}, to="ana@example.org", language="en")
    assert server.messages == []
