"""A visitor's request, from the form of a property or a portal's e-mail to the end of the conversation.

Through a real mailbox: a dovecot for what comes in, an SMTP server for what leaves.
"""

from email import message_from_bytes, policy

import pytest
from playwright.sync_api import expect

from contact_requests.models import ContactRequest
from contacts.models import ContactMessage, MailboxSettings, WaitingItem
from tests.contacts.mailboxes import (
    ADDRESS,
    account,
    certificate_file,
    dovecot,
    letter,
    mailbox,
    mailbox_fields,
    poll,
    smtp,
    trusted,
)
from tests.factories import PropertyFactory
from tests.suite import thorough_but

from .conftest import WIDE

__all__ = ["account", "certificate_file", "dovecot", "mailbox", "mailbox_fields", "poll", "smtp", "trusted"]

pytestmark = pytest.mark.django_db(transaction=True)

QUESTION = "Is the house still free in May?"
PORTAL_MAIL = f"""You have a new enquiry.

Name: Lea Visitor
E-mail: lea@visitor.example
Phone: +33 6 12 34 56 78
Reference: VP-12
Message: {QUESTION}
"""


@pytest.fixture
def outgoing(mailbox, smtp):
    """The SMTP server that the mailbox sends by."""
    MailboxSettings.objects.filter(pk=mailbox.pk).update(smtp_port=smtp.port)
    return smtp


@pytest.fixture
def house(user, monkeypatch):
    # No visitor fills a form in as quickly as a test.
    monkeypatch.setattr("contact_requests.spam.MIN_SECONDS", 0)
    user.undo_seconds = 0
    user.save()
    PropertyFactory(pro=user.pro, title="Another house", reference="VP-11")
    return PropertyFactory(pro=user.pro, title="House by the harbour", reference="VP-12", slug="house")


def ask_by_form(open_page, house):
    page = open_page(f"/properties/{house.slug}")
    page.get_by_label("Your name").fill("Lea Visitor")
    page.get_by_label("E-mail").fill("lea@visitor.example")
    page.get_by_label("Your message").fill(QUESTION)
    page.get_by_role("button", name="Send").click()
    page.wait_for_url("**/r/*")


def waiting():
    rows = WaitingItem.objects.filter(ended_at=None).order_by("since")
    return [(row.kind, row.contact.name, row.words) for row in rows.select_related("contact")]


def answer_on_desk(page, words, work_tasks):
    """The message that the first one who waits is answered with, once it has left."""
    # A wide screen opens the one who has waited longest.
    page.get_by_role("heading", name="Lea Visitor").wait_for()
    expect(page.get_by_role("log").get_by_role("link", name="House by the harbour", exact=True)).to_be_visible()
    page.get_by_label("Your message").fill(words)
    page.get_by_role("button", name="Send", exact=True).click()
    page.locator(".bubble-own", has_text=words).wait_for()
    work_tasks()
    return ContactMessage.objects.get(text=words)


def end_and_undo(page):
    """Open the thread with all that was written, end its waiting, and undo that."""
    page.goto("/inbox")
    row = page.locator(".row", has_text="Lea Visitor")
    page.locator(".bubble", has_text="At ten, thank you.").wait_for()
    for words in (QUESTION, "Yes. Come at ten."):
        expect(page.locator(".entry", has_text=words).first).to_be_visible()
    page.get_by_role("button", name="No answer needed").first.click()
    expect(row).to_have_count(0)
    assert (waiting(), WaitingItem.objects.get(kind="message").outcome) == ([], "no_answer")
    page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(row).to_be_visible()


@pytest.mark.parametrize("way", thorough_but("form", of=("form", "portal")))
def test_a_request_is_answered_comes_back_into_its_thread_is_done_and_undone(
    open_page, enter, account, outgoing, house, poll, work_tasks, way
):
    if way == "form":
        ask_by_form(open_page, house)
    else:
        account.add(letter(1, PORTAL_MAIL, From="Portal <no-reply@portal.example>"))
    poll()
    request = ContactRequest.objects.get()
    assert (request.property, request.message, request.contact.email) == (house, QUESTION, "lea@visitor.example")
    assert waiting() == [("request", "Lea Visitor", QUESTION)]

    page = enter("/inbox", **WIDE)
    answer = answer_on_desk(page, "Yes. Come at ten.", work_tasks)
    assert (answer.state, answer.address, answer.connection.address) == ("sent", "lea@visitor.example", ADDRESS)
    request.refresh_from_db()
    assert (request.status, waiting()) == ("replied", [])

    mail = message_from_bytes(outgoing.raw[-1], policy=policy.default)
    sender = mail["From"].addresses[0]
    assert (sender.display_name, sender.addr_spec) == ("Olive Owner, Agence du Port", ADDRESS)
    assert outgoing.envelopes[-1] == (ADDRESS, ["lea@visitor.example"])
    assert mail["Message-ID"] == answer.external_id
    assert mail.get_body(("plain",)).get_content().startswith("Yes. Come at ten.")

    headers = {"From": "Lea Visitor <lea@visitor.example>", "In-Reply-To": mail["Message-ID"]}
    account.add(letter(2, "At ten, thank you.", **headers, Subject=f"Re: {mail['Subject']}"))
    poll()
    message = ContactMessage.objects.get(text="At ten, thank you.")
    assert (message.contact, message.topic) == (request.contact, answer.topic)
    assert waiting() == [("message", "Lea Visitor", "At ten, thank you.")]

    end_and_undo(page)
    assert waiting() == [("message", "Lea Visitor", "At ten, thank you.")]
