"""A portal's e-mail, from the mailbox to the answer of its visitor, in a real browser."""

import pytest
from playwright.sync_api import expect

from contact_requests.models import ContactRequest
from contacts.models import ContactMessage
from tests.contacts.mailboxes import (
    ADDRESS,
    account,
    certificate_file,
    dovecot,
    letter,
    mailbox,
    mailbox_fields,
    poll,
    trusted,
)
from tests.factories import PropertyFactory

from .conftest import WIDE

__all__ = ["account", "certificate_file", "dovecot", "mailbox", "mailbox_fields", "poll", "trusted"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WORDS = """You have a new enquiry.

Name: Lea Visitor
E-mail: lea@visitor.example
Phone: +33 6 12 34 56 78
Reference: VP-12
Message: Is the house still free in May?
"""


def test_a_portals_mail_is_a_request_is_answered_and_the_answer_comes_back(enter, user, account, poll, work_tasks):
    PropertyFactory(pro=user.pro, title="Another house", reference="VP-11")
    house = PropertyFactory(pro=user.pro, title="House by the harbour", reference="VP-12")
    account.add(letter(1, WORDS, From="Portal <no-reply@portal.example>"))
    poll()
    contact_request = ContactRequest.objects.get()
    assert (contact_request.property, contact_request.message) == (house, "Is the house still free in May?")

    user.undo_seconds = 0
    user.save()
    page = enter("/inbox", **WIDE)
    page.get_by_role("link", name="Lea Visitor").click()
    page.get_by_role("heading", name="Lea Visitor").wait_for()
    expect(page.get_by_role("log").get_by_role("link", name="House by the harbour", exact=True)).to_be_visible()
    page.get_by_label("Your message").fill("Yes. Come at ten.")
    page.get_by_role("button", name="Send", exact=True).click()
    page.locator(".bubble-own", has_text="Yes. Come at ten.").wait_for()
    work_tasks()
    answer = ContactMessage.objects.get(text="Yes. Come at ten.")
    # It leaves by the mailbox, whose SMTP server does not run here.
    assert (answer.state, answer.address, answer.connection.address) == ("sending", "lea@visitor.example", ADDRESS)
    contact_request.refresh_from_db()
    assert contact_request.status == "replied"

    account.add(
        letter(2, "At ten, thank you.", From="Lea Visitor <lea@visitor.example>", Subject=f"Re: {answer.subject}")
    )
    poll()
    message = ContactMessage.objects.get(text="At ten, thank you.")
    assert message.contact == contact_request.contact
    page.goto(f"/contacts/{message.contact_id}")
    for words in ("At ten, thank you.", "Yes. Come at ten.", "Is the house still free in May?"):
        expect(page.locator(".entry", has_text=words).first).to_be_visible()
