"""Mail to the installation's reply addresses: the address decides Pro and thread, and nobody can make one up."""

import json
import logging
import uuid

import pytest

from contacts.book.merging import merge_contacts
from contacts.channels.mail_recipients import read_recipients
from contacts.conversations.rereading import reread_delivery
from contacts.conversations.senders import confirm_sender, separate_sender
from contacts.conversations.writing import write_message
from contacts.models import ChannelDelivery, Contact, ContactIdentity, ContactMessage, WaitingItem
from contacts.reply_addresses import find_mail_address, make_reply_address, name_message, read_reply_address
from tests.factories import ProFactory

from ..channels.payloads import postmark
from ..channels.reply_calls import DOMAIN, deliver_reply, receive_replies, reply_call
from ..messaging import connect

pytestmark = pytest.mark.django_db
NAMES = ["message:5b0f7a3e-4f0c-4a39-8d46-3d2f0c2f7a11", "request:5b0f7a3e-4f0c-4a39-8d46-3d2f0c2f7a11", "inquiry:17"]


@pytest.fixture(params=["mailgun", "postmark"])
def provider(request, settings):
    receive_replies(settings, request.param)
    return request.param


@pytest.fixture
def ana(contact):
    ana = contact(name="Ana", email="ana@example.org")
    ana.hold_identities()
    return ana


@pytest.fixture
def sent(ana, user, work_tasks):
    """An answer that has gone out."""

    def send(to=ana):
        message = write_message(to, "Yes, it is free.", channel="email", by=user)
        work_tasks()
        message.refresh_from_db()
        assert message.state == "sent"
        return message

    return send


def address_of(message):
    return make_reply_address(name_message(message))


def received():
    return ContactMessage.objects.get(state="received")


# --- Addresses


@pytest.mark.parametrize("name", NAMES)
def test_an_address_names_its_thread_in_any_case(settings, name):
    receive_replies(settings)
    address = make_reply_address(name)
    user, _at, domain = address.partition("@")
    assert (len(user) <= 64, domain, user.startswith("reply+")) == (True, DOMAIN, True)
    assert [read_reply_address(each) for each in (address, address.upper(), f" {address} ")] == [name] * 3


def test_no_address_can_be_made_up(settings):
    receive_replies(settings)
    address = make_reply_address(NAMES[0])
    user = address.partition("@")[0]
    changed = [
        user[:place] + ("a" if user[place] != "a" else "b") + user[place + 1 :] for place in range(6, len(user) - 1)
    ]
    forged = [f"{each}@{DOMAIN}" for each in [*changed, user[:-1], user + "a", "reply", "reply+", "reply+" + "a" * 52]]
    others = [f"{user}@example.com", address.replace("reply+", "desk+"), "", "@", "reply+é@" + DOMAIN]
    assert {read_reply_address(each) for each in [*forged, *others]} == {""}


def test_a_former_key_still_signs(settings):
    receive_replies(settings)
    address, former = make_reply_address(NAMES[2]), settings.SECRET_KEY
    settings.SECRET_KEY = "n" * 60
    assert read_reply_address(address) == ""
    settings.SECRET_KEY_FALLBACKS = ["o" * 60, former]
    assert read_reply_address(address) == NAMES[2]


def test_answers_reach_the_mailbox_else_the_reply_address_else_the_pro(settings, pro):
    assert find_mail_address(pro, NAMES[0]) == pro.email
    receive_replies(settings)
    assert find_mail_address(pro, NAMES[0]) == make_reply_address(NAMES[0])
    letterbox = connect(pro, "email")
    assert find_mail_address(pro, NAMES[0]) == letterbox.address


# --- A reply


def test_an_answer_comes_back_into_its_thread_and_waits(provider, nobody, pro, mail_server, sent, work_tasks):
    message = sent()
    (mail,) = [mail for mail in mail_server.messages if mail["To"] == "ana@example.org"]
    assert mail["Reply-To"] == address_of(message)
    response = deliver_reply(nobody, provider, mail["Reply-To"], "Lovely, thank you", about=mail["Message-ID"])
    assert (response.status_code, response.content) == (200, b"OK")
    work_tasks()
    back = received()
    assert (back.pro, back.contact, back.text, back.connection) == (pro, message.contact, "Lovely, thank you", None)
    assert (back.external_id, back.is_unconfirmed, back.is_automatic) == ("<back@example.org>", False, False)
    item = WaitingItem.objects.get(kind="message")
    assert (item.contact, item.key, item.ended_at) == (message.contact, str(back.pk), None)
    (notice,) = [mail for mail in mail_server.messages if mail["To"] == pro.email]
    assert "Lovely, thank you" in notice.get_body(("plain",)).get_content()
    delivery = ChannelDelivery.objects.get()
    assert (delivery.pro, delivery.connection, delivery.provider) == (pro, None, provider)
    assert (back.delivery, delivery.read_at is None) == (delivery, False)


def test_the_office_answers_the_reply_below_it(provider, nobody, sent, work_tasks):
    first = sent()
    deliver_reply(nobody, provider, address_of(first), about=first.external_id)
    work_tasks()
    second = sent()
    assert second.references == [first.external_id, "<back@example.org>"]
    assert (second.address, second.contact, second.connection) == ("ana@example.org", first.contact, None)


def test_a_repeated_call_is_one_message(provider, nobody, sent, work_tasks):
    address = address_of(sent())
    body, content_type = reply_call(provider, address, "Once", by="ana@example.org", id="<1@example.org>")
    for _time in range(2):
        headers = {"Authorization": "Basic dmVzdGlidWxlOnMzY3JldC1vZi10aGUtdGVzdHM="}
        assert nobody.generic("POST", "/channels/replies", body, content_type, headers=headers).status_code == 200
        work_tasks()
    assert (received().text, ChannelDelivery.objects.count()) == ("Once", 1)


def test_a_merged_contact_leads_to_the_kept_one(provider, nobody, ana, contact, user, sent, work_tasks):
    address, kept = address_of(sent()), contact(name="Ana Keller", email="keller@example.org")
    merge_contacts(kept, ana, by=user)
    deliver_reply(nobody, provider, address)
    work_tasks()
    assert (received().contact, received().is_unconfirmed) == (kept, False)


def test_who_was_archived_is_known_by_the_sender_as_elsewhere(provider, nobody, ana, user, sent, work_tasks):
    address = address_of(sent())
    ana.archive(by=user)
    deliver_reply(nobody, provider, address)
    work_tasks()
    newcomer = received().contact
    assert (newcomer == ana, newcomer.pro, newcomer.email) == (False, ana.pro, "ana@example.org")


# --- Another sender


@pytest.fixture
def from_elsewhere(provider, nobody, sent, work_tasks):
    deliver_reply(nobody, provider, address_of(sent()), by="ana@work.example")
    work_tasks()
    return received()


def identities(contact):
    return sorted(contact.identities.held().values_list("channel", "external_id", "is_stated"))


def test_another_address_joins_unconfirmed_and_is_not_answered(from_elsewhere, ana, sent):
    assert (from_elsewhere.contact, from_elsewhere.is_unconfirmed) == (ana, True)
    assert identities(ana) == [("email", "ana@example.org", False)]
    assert sent().address == "ana@example.org"


def test_confirmed_the_address_is_theirs(from_elsewhere, ana, sent):
    confirm_sender(from_elsewhere)
    assert received().is_unconfirmed is False
    assert identities(ana) == [("email", "ana@example.org", False), ("email", "ana@work.example", False)]
    assert sent().address == "ana@work.example"


def test_somebody_else_gets_a_contact(from_elsewhere, ana, user):
    other = separate_sender(from_elsewhere, by=user)
    assert (received().contact, other.email, received().is_unconfirmed) == (other, "ana@work.example", False)
    assert (identities(ana), identities(other)) == (
        [("email", "ana@example.org", False)],
        [("email", "ana@work.example", False)],
    )


def test_somebody_else_who_is_known_gets_it(from_elsewhere, contact, user):
    known = contact(name="Bea", email="ana@work.example")
    known.hold_identities()
    assert separate_sender(from_elsewhere, by=user) == known
    assert (received().contact, Contact.objects.filter(email="ana@work.example").count()) == (known, 1)
    assert ContactIdentity.objects.filter(external_id="ana@work.example").get().contact == known


def test_read_again_it_stays_in_its_thread(from_elsewhere, ana):
    ContactMessage.objects.filter(pk=from_elsewhere.pk).update(sender=[["email", "misread@example.org"]], text="?")
    reread_delivery.func(from_elsewhere.delivery_id)
    again = received()
    assert (again.contact, again.is_unconfirmed, again.text) == (ana, True, "Thank you")
    assert again.sender == [["email", "ana@work.example"]]


# --- Refused and dropped


def assert_nothing_arrived():
    assert (ChannelDelivery.objects.count(), ContactMessage.objects.filter(state="received").count()) == (0, 0)


def test_unless_configured_there_is_no_such_address(settings, nobody):
    receive_replies(settings)
    address = make_reply_address(NAMES[0])
    settings.REPLY_DOMAIN = ""
    assert deliver_reply(nobody, "mailgun", address).status_code == 404
    assert (make_reply_address(NAMES[0]), read_reply_address(address)) == ("", "")
    assert_nothing_arrived()


def test_a_call_without_proof_is_refused(provider, settings, nobody, sent):
    address = address_of(sent())
    settings.REPLY_WEBHOOK_SECRET = "another"
    assert deliver_reply(nobody, provider, address).status_code == 403
    settings.REPLY_WEBHOOK_SECRET = ""
    assert deliver_reply(nobody, provider, address).status_code == 403
    assert_nothing_arrived()


def test_only_post_is_taken(settings, nobody):
    receive_replies(settings)
    assert nobody.get("/channels/replies").status_code == 405


def test_an_address_that_we_did_not_make_is_dropped_without_a_name(provider, nobody, sent, caplog):
    real = address_of(sent())
    gone = make_reply_address(f"message:{uuid.uuid4()}")
    with caplog.at_level(logging.INFO, "vestibule.replies"):
        for to in (gone, real.replace("@", "a@"), f"reply@{DOMAIN}", "desk@in.example.com"):
            response = deliver_reply(nobody, provider, to, by="ana@example.org")
            assert (response.status_code, response.content) == (200, b"OK")
    lines = [record.getMessage() for record in caplog.records if record.name == "vestibule.replies"]
    assert lines == ["An e-mail to an unknown reply address was dropped."] * 4
    assert_nothing_arrived()


def test_the_recipient_is_found_beside_others_and_in_odd_calls(settings):
    receive_replies(settings, "postmark")
    address = make_reply_address(NAMES[0])
    odd = {"OriginalRecipient": 5, "To": None, "ToFull": {"Email": address}, "BccFull": [None, 7, {"Email": address}]}
    for more in (odd, {"Cc": f'"Port, Du" <x@example.org>, <{address}>'}):
        assert address in read_recipients("postmark", json.dumps(postmark(**more)).encode(), "application/json")
    assert read_recipients("postmark", b"[]", "application/json") == []
    assert read_recipients("postmark", b"\xff{", "application/json") == []


# --- Automatic mails, and other Pros


def test_a_report_of_a_mail_program_stands_there_and_waits_nowhere(settings, nobody, sent, work_tasks):
    receive_replies(settings)
    message = sent()
    report = (
        "Delivery has failed to these recipients:\n\nana@example.org\n550 5.1.1 no such user\n\n"
        f"Message-ID: {message.external_id}\n"
    )
    deliver_reply(nobody, "mailgun", address_of(message), report, by="mailer-daemon@example.org")
    work_tasks()
    assert (received().contact, received().is_silent) == (message.contact, True)
    assert not WaitingItem.objects.filter(kind="message").exists()


def test_another_pros_thread_is_theirs(provider, nobody, pro, contact, sent, work_tasks):
    other = ProFactory()
    theirs = contact(pro=other, name="Ana there", email="ana@example.org")
    message = ContactMessage.objects.create(
        pro=other, contact=theirs, channel="email", address="ana@example.org", text="Hello", state="sent"
    )
    sent()
    deliver_reply(nobody, provider, address_of(message))
    work_tasks()
    assert (received().pro, received().contact) == (other, theirs)
