"""Mails to the Pro itself that come back: the address is noted, and nothing joins a conversation."""

import pytest

from config.accounts.mails import send_password_reset, tell_of_new_business_address, tell_of_own_new_address
from config.accounts.models import BouncedAddress, User
from config.accounts.notices import make_notice_token
from contact_requests.receiving import receive
from contacts.models import ChannelDelivery, Contact, ContactMessage, OriginalFile
from contacts.reply_addresses import read_reply_address

from ...factories import ContactFactory, PropertyFactory
from ..channels.reply_calls import DOMAIN, deliver_reply

pytestmark = pytest.mark.django_db
GONE = "I could not deliver your mail.\nUser unknown"
FROM = "no-reply@testserver"


@pytest.fixture
def report(nobody, work_tasks):
    """Deliver a report on the last mail to an address, and work the jobs."""

    def one(server, address, text=GONE, **options) -> None:
        sender = sender_to(server, address)
        response = deliver_reply(nobody, "postmark", sender, text, by="MAILER-DAEMON@example.org", **options)
        assert (response.status_code, response.content) == (200, b"OK")
        work_tasks()

    return one


def sender_to(server, address):
    return [sender for sender, recipients in server.envelopes if address in recipients][-1]


def bounced(pro):
    return list(BouncedAddress.objects.for_pro(pro).order_by("address").values_list("address", "reason", "mail"))


def visit(pro, number):
    house = PropertyFactory(pro=pro, slug=f"house-{number}", title="The House")
    receive(house, name="Ana", email=f"ana{number}@example.org", phone="", message="Free?", language="en")


def ask_password(user, work_tasks):
    user.set_password("correct horse battery")
    user.save()
    send_password_reset.enqueue(user.email)
    work_tasks()


# --- Which mails


def test_a_notification_that_comes_back_is_noted_and_the_next_is_not_sent(server, report, pro, work_tasks):
    visit(pro, 1)
    work_tasks()
    assert sender_to(server, pro.email) == f"bounce+{make_notice_token(pro, pro.email)}@{DOMAIN}"
    messages, contacts = ContactMessage.objects.count(), Contact.objects.count()
    report(server, pro.email)
    assert bounced(pro) == [(pro.email, "gone", "notification")]
    assert (ContactMessage.objects.count(), Contact.objects.count()) == (messages, contacts)
    visit(pro, 2)
    work_tasks()
    recipients = sorted(address for _sender, addresses in server.envelopes for address in addresses)
    assert recipients == ["ana1@example.org", "ana2@example.org", pro.email]


def test_a_mail_about_an_account_that_comes_back_is_noted_and_the_next_is_sent(server, report, pro, user, work_tasks):
    ask_password(user, work_tasks)
    report(server, user.email)
    assert bounced(pro) == [(user.email, "gone", "account")]
    number = len(server.envelopes)
    ask_password(user, work_tasks)
    assert len(server.envelopes) == number + 1


def test_a_server_that_knows_no_such_user_is_believed_at_once(server, pro, user, work_tasks):
    server.unknown = {user.email}
    ask_password(user, work_tasks)
    assert bounced(pro) == [(user.email, "gone", "account")]


def test_a_former_address_is_noted_when_the_report_names_it(server, report, pro, user, work_tasks, staff):
    tell_of_own_new_address(user, former="former@example.org")
    tell_of_new_business_address(pro, former="shop@example.org", by=staff)
    work_tasks()
    report(server, "former@example.org", id="<1@b.example>")
    assert bounced(pro) == []
    report(server, "former@example.org", f"{GONE}: former@example.org", id="<2@b.example>")
    report(server, "shop@example.org", f"{GONE}: shop@example.org", id="<3@b.example>")
    assert bounced(pro) == [("former@example.org", "gone", "account"), ("shop@example.org", "gone", "notification")]


# --- What is nothing to note


def test_reports_that_say_less_note_nothing(server, report, pro, user, work_tasks):
    ask_password(user, work_tasks)
    texts = ["Your mail is delayed; it will be retried.", "Not delivered.\nMailbox is full", "I am on holiday."]
    for number, text in enumerate(texts):
        report(server, user.email, text, id=f"<{number}@b.example>")
    assert (bounced(pro), ContactMessage.objects.count(), Contact.objects.count()) == ([], 0, 0)


def test_an_address_that_is_another_one_by_now_is_not_noted(server, report, pro, user, work_tasks):
    ask_password(user, work_tasks)
    former, user.email = user.email, "new@example.org"
    user.save()
    report(server, former, f"{GONE}: somebody-else@example.org")
    assert bounced(pro) == []


def test_staff_without_a_pro_and_a_user_who_is_gone_are_dropped(server, report, staff, user, work_tasks):
    ask_password(staff, work_tasks)
    ask_password(user, work_tasks)
    User.objects.filter(pk=user.pk).delete()
    report(server, staff.email, id="<1@b.example>")
    report(server, user.email, id="<2@b.example>")
    assert (BouncedAddress.objects.count(), ChannelDelivery.objects.count()) == (0, 0)


# --- What is kept of a report


def test_nothing_of_the_report_is_kept_and_a_repeated_one_changes_nothing(server, report, pro, user, work_tasks):
    ask_password(user, work_tasks)
    report(server, user.email)
    (delivery,) = ChannelDelivery.objects.all()
    assert (bytes(delivery.body), delivery.error, delivery.pro, delivery.read_at is not None) == (b"", "", pro, True)
    assert not OriginalFile.objects.exists()
    BouncedAddress.objects.all().delete()
    report(server, user.email)
    assert (bounced(pro), ChannelDelivery.objects.count()) == ([], 1)


def test_a_contact_with_the_pro_s_address_gets_no_message(server, report, pro, user, work_tasks):
    contact = ContactFactory(pro=pro, email=user.email)
    contact.hold_identities()
    ask_password(user, work_tasks)
    report(server, user.email)
    assert not contact.messages.exists()


# --- Addresses


def test_an_address_cannot_become_that_of_another(server, pro, user):
    address = f"bounce+{make_notice_token(user, 'Ana@Example.org')}@{DOMAIN}"
    assert read_reply_address(address) == read_reply_address(address.upper()) != ""
    assert len(address.partition("@")[0]) <= 64
    assert len(read_reply_address(address)) <= ChannelDelivery._meta.get_field("thread").max_length
    same = [make_notice_token(user, "ana@example.org"), make_notice_token(user, "ANA@EXAMPLE.ORG")]
    assert {f"bounce+{token}@{DOMAIN}" for token in same} == {address}
    for other in (address.replace("bounce+", "reply+"), address.replace(address[8], "a" if address[8] != "a" else "b")):
        assert read_reply_address(other) == ""


def test_without_a_domain_for_replies_the_sender_is_that_in_from(server, settings, user, work_tasks):
    settings.REPLY_DOMAIN = ""
    ask_password(user, work_tasks)
    assert sender_to(server, user.email) == FROM
