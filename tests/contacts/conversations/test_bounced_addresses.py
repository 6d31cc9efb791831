"""Addresses to which mails do not get: none go there by themselves, and a person sees it before they answer."""

import pytest
from django.utils import timezone
from django.utils.formats import date_format

from config.accounts.models import BouncedAddress
from config.web.refusals import is_mailbox_gone
from contact_requests.models import ContactRequest
from contact_requests.receiving import receive
from contacts.conversations.writing import write_message
from contacts.models import ContactMessage

from ...factories import ContactFactory, ProFactory, PropertyFactory
from ...pages import Page
from ..channels.reply_calls import deliver_reply

pytestmark = pytest.mark.django_db
ANA = "ana@example.org"


@pytest.fixture
def ask(pro, work_tasks):
    """Send the public form as Ana, and work the jobs."""
    house = PropertyFactory(pro=pro, slug="house", title="The House")

    def one(message="Free?") -> ContactRequest:
        request = receive(house, name="Ana", email="Ana@example.org", phone="", message=message, language="en")
        work_tasks()
        request.refresh_from_db()
        return request

    return one


@pytest.fixture
def answer(user, work_tasks):
    """Answer a contact by e-mail, and work the jobs."""
    user.undo_seconds = 0

    def one(contact) -> ContactMessage:
        message = write_message(contact, "Yes, it is free.", channel="email", by=user)
        work_tasks()
        message.refresh_from_db()
        return message

    return one


def bounced() -> list[tuple[str, str, str]]:
    return list(BouncedAddress.objects.order_by("address").values_list("address", "reason", "mail"))


def note(pro, address=ANA, reason="gone"):
    BouncedAddress.objects.note(pro, address, reason=reason, mail="answer")


def recipients(server):
    return [address for _sender, addresses in server.envelopes for address in addresses]


# --- How it becomes known


def test_what_servers_say_of_a_mailbox_that_is_not_there():
    gone = [
        "550 5.1.1 <ana@example.org>: Recipient address rejected: User unknown in virtual mailbox table",
        "550-5.1.1 The email account that you tried to reach does not exist.",
        "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
        "550 5.2.1 The email account that you tried to reach is disabled.",
        "Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 No such user here",
        "550 Requested action not taken: unknown user",
        "Status: 5.4.4\nDiagnostic-Code: X-Postfix; Host or domain name not found",
        "554 delivery error: dd This user doesn't have an account (ana@example.org): No such user",
    ]
    kept = [
        "552 5.2.2 Mailbox full",
        "550 5.7.1 Message rejected: user unknown to our policy",
        "450 4.1.1 User unknown",
        "550 Mailbox unavailable",
        "550 5.7.26 This mail is unauthenticated",
        "554 Blocked: listed at 5.1.1.7",
        "Status: 4.4.7",
        "",
    ]
    assert [text for text in gone if not is_mailbox_gone(text)] == []
    assert [text for text in kept if is_mailbox_gone(text)] == []


def test_a_returned_acknowledgment_notes_the_address(server, ask, pro, nobody, work_tasks):
    ask()
    (sender,) = [sender for sender, addresses in server.envelopes if addresses == ["Ana@example.org"]]
    deliver_reply(nobody, "postmark", sender, "Not delivered.\nUser unknown", by="MAILER-DAEMON@example.org")
    work_tasks()
    assert bounced() == [(ANA, "gone", "acknowledgment")]


def test_a_report_on_a_full_mailbox_notes_nothing(server, ask, nobody, work_tasks):
    ask()
    (sender,) = [sender for sender, addresses in server.envelopes if addresses == ["Ana@example.org"]]
    deliver_reply(nobody, "postmark", sender, "Not delivered.\nMailbox is full", by="MAILER-DAEMON@example.org")
    work_tasks()
    assert (bounced(), ContactRequest.objects.get().acknowledgment_returned_at is not None) == ([], True)


def test_a_server_that_knows_no_such_mailbox_is_believed_at_once(server, ask, answer, pro):
    server.unknown = {"Ana@example.org", "bo@example.org"}
    ask()
    bo = ContactFactory(pro=pro, name="Bo", email="bo@example.org")
    bo.hold_identities()
    assert answer(bo).state == "failed"
    assert bounced() == [(ANA, "gone", "acknowledgment"), ("bo@example.org", "gone", "answer")]


# --- What follows


def test_no_mail_goes_there_by_itself_and_an_answer_does(server, ask, answer, pro):
    note(pro)
    first = ask()
    assert (first.acknowledged_at, first.acknowledgment_returned_at is not None) == (None, True)
    assert recipients(server) == [pro.email]
    assert answer(first.contact).state == "sent"
    assert recipients(server) == [pro.email, "Ana@example.org"]


def test_a_pro_whose_address_bounced_is_not_notified(server, ask, pro):
    note(pro, pro.email.upper())
    assert (ask().notified_at, recipients(server)) == (None, ["Ana@example.org"])


def test_what_another_pro_knows_stops_nothing(server, ask, pro):
    note(ProFactory())
    assert ask().acknowledged_at is not None


def test_the_first_time_is_kept(pro):
    note(pro)
    before = BouncedAddress.objects.get()
    note(pro, ANA.upper(), reason="complaint")
    assert BouncedAddress.objects.get().since == before.since
    assert bounced() == [(ANA, "gone", "answer")]


def test_who_answers_sees_it_and_can_send(pro, browser):
    ana = ContactFactory(pro=pro, name="Ana", email=ANA)
    ana.hold_identities()
    assert not Page(browser.get(f"/inbox/{ana.pk}")).has("#message-form .wrong")
    for reason, text in (
        ("gone", "A mail to ana@example.org came back on {}: there is no such mailbox. You can send all the same."),
        ("complaint", "ana@example.org reported a mail as spam on {}. You can send all the same."),
    ):
        BouncedAddress.objects.all().delete()
        note(pro, reason=reason)
        page = Page(browser.get(f"/inbox/{ana.pk}"))
        (words,) = page.texts("#message-form .wrong")
        assert words == text.format(date_format(timezone.localtime(BouncedAddress.objects.get().since)))
        assert page.texts("#message-form .composer-buttons button") == ["Send"]


# --- How it ends


def test_a_new_mail_from_there_lifts_it_and_one_of_a_machine_does_not(server, answer, pro, nobody, work_tasks):
    ana = ContactFactory(pro=pro, name="Ana", email=ANA)
    ana.hold_identities()
    answer(ana)
    (sender,) = [sender for sender, addresses in server.envelopes if addresses == [ANA]]
    reply_to = sender.replace("bounce+", "reply+")
    note(pro)
    deliver_reply(
        nobody, "postmark", sender, "Your mail is delayed", by="MAILER-DAEMON@example.org", id="<1@a.example>"
    )
    work_tasks()
    assert bounced() == [(ANA, "gone", "answer")]
    assert reply_to != sender
    to = str(server.messages[0]["Reply-To"])
    deliver_reply(nobody, "postmark", to, "I am here", id="<2@a.example>")
    work_tasks()
    assert bounced() == []


def test_staff_lift_it_in_the_admin(pro, admin_client):
    note(pro)
    row = BouncedAddress.objects.get()
    page = Page(admin_client.get("/admin/accounts/bouncedaddress/"))
    assert page.texts("#result_list tbody th") == [ANA]
    response = admin_client.post(f"/admin/accounts/bouncedaddress/{row.pk}/delete/", {"post": "yes"})
    assert (response.status_code, bounced()) == (302, [])
