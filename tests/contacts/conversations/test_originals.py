"""Originals: kept as they came, downloaded by their Pro, and read again without doubling anything."""

import gzip
from datetime import timedelta

import pytest
from django.core.files.storage import storages
from django.utils import timezone

from config.files.models import LooseFile
from contacts.channels import email
from contacts.channels.message import File, InboundMessage
from contacts.conversations.receiving import receive_message, store_delivery
from contacts.conversations.rereading import reread_delivery
from contacts.conversations.writing import write_message
from contacts.models import ChannelDelivery, Contact, ContactMessage, OriginalFile
from contacts.models.delivery import prune_deliveries
from tests.pages import Page

from ..channels.payloads import connect, usual
from ..messaging import arrive

pytestmark = pytest.mark.django_db

MAIL = (b"From: Ana <ana@example.org>\nMessage-ID: <m1@example.org>\nSubject: Visit\n\nIs it free?\n", "message/rfc822")


@pytest.fixture
def mail(pro, receive_call):
    return receive_call(connect(pro, "mime"), *MAIL)


def path_of(message, end):
    return f"/inbox/messages/{message.contact_id}/{message.pk}/{end}"


def test_the_call_is_stored_compressed_beside_its_message(mail):
    original = OriginalFile.objects.get()
    assert mail.delivery == original.delivery == ChannelDelivery.objects.get()
    assert bytes(mail.delivery.body) == b""
    with storages["attachments"].open(original.key) as file:
        stored = file.read()
    assert (gzip.decompress(stored), len(stored)) == (MAIL[0], original.size)
    assert LooseFile.objects.count() == 0


def test_its_pro_downloads_it_and_nobody_else(browser, other_browser, nobody, mail):
    page = Page(browser.get(f"/inbox/{mail.contact_id}"))
    address = page.one(f'a[href="{path_of(mail, "original")}"]')
    response = browser.get(address["href"])
    assert b"".join(response.streaming_content) == MAIL[0]
    headers = ("Content-Type", "Content-Disposition", "X-Content-Type-Options", "Cache-Control")
    assert [response[name] for name in headers] == [
        "application/octet-stream", 'attachment; filename="original.eml"', "nosniff", "private, no-store",
    ]  # fmt: skip
    assert other_browser.get(address["href"]).status_code == 404
    assert nobody.get(address["href"])["Location"].startswith("/sign-in")


@pytest.mark.parametrize("provider", ["telegram", "whatsapp", "postmark", "mailgun"])
def test_every_provider_keeps_its_own_form(browser, pro, receive_call, provider):
    body, content_type = usual(provider)
    message = receive_call(connect(pro, provider), body, content_type)
    assert b"".join(browser.get(path_of(message, "original")).streaming_content) == body


def test_a_message_without_an_original_offers_none(browser, letterbox):
    message = arrive(letterbox)
    page = Page(browser.get(f"/inbox/{message.contact_id}"))
    assert (page.texts("details.more"), len(page.texts(".thread .bubble"))) == ([], 1)
    assert browser.get(path_of(message, "original")).status_code == 404
    assert browser.post(path_of(message, "read-again")).status_code == 404


def test_reading_again_adds_what_was_missed_and_doubles_nothing(browser, mail, work_tasks, monkeypatch):
    before = ContactMessage.objects.values().get()
    assert browser.post(path_of(mail, "read-again"))["Location"] == f"/inbox/{mail.contact_id}"
    work_tasks()
    assert ContactMessage.objects.values().get() == before

    reading = email.read_call

    def better(connection, body, content_type):
        for inbound in reading(connection, body, content_type):
            fields = {name: getattr(inbound, name) for name in InboundMessage.__dataclass_fields__}
            yield InboundMessage(
                **fields | {"text": "Is it free? And the garden?", "files": (File("plan.txt", b"The plan."),)}
            )

    monkeypatch.setattr(email, "read_call", better)
    for _ in range(2):
        browser.post(path_of(mail, "read-again"))
        work_tasks()
    after = ContactMessage.objects.values().get()
    changed = {"text": "Is it free? And the garden?", "search_text": "visit\nis it free? and the garden?"}
    assert after == {**before, **changed}
    assert list(mail.files.values_list("filename", flat=True)) == ["plan.txt"]


def test_a_message_that_was_missed_is_stored_by_reading_again(pro, mail):
    ContactMessage.objects.all().delete()
    reread_delivery.call(mail.delivery_id)
    assert ContactMessage.objects.values_list("text", "delivery").get() == ("Is it free?", mail.delivery_id)
    assert Contact.objects.count() == 1


def test_an_original_that_is_gone_changes_nothing(mail):
    OriginalFile.objects.get().delete_with_file()
    reread_delivery.call(mail.delivery_id)
    assert ContactMessage.objects.values_list("text", flat=True).get() == "Is it free?"


def test_old_originals_go_with_their_files_and_the_messages_stay(mail, settings, django_capture_on_commit_callbacks):
    key = OriginalFile.objects.get().key
    settings.ORIGINALS_KEPT_DAYS = 0
    with django_capture_on_commit_callbacks(execute=True):
        prune_deliveries()
    mail.refresh_from_db()
    assert (mail.delivery, mail.text, ChannelDelivery.objects.count()) == (None, "Is it free?", 0)
    assert not storages["attachments"].exists(key)


def test_a_call_that_was_never_read_is_not_pruned_with_the_originals(pro, settings):
    connection = connect(pro, "mime")
    store_delivery(connection, *MAIL)
    settings.ORIGINALS_KEPT_DAYS = 0
    prune_deliveries()
    assert bytes(ChannelDelivery.objects.get().body) == MAIL[0]
    ChannelDelivery.objects.update(created_at=timezone.now() - timedelta(days=401))
    prune_deliveries()
    assert ChannelDelivery.objects.count() == 0


def test_one_message_id_with_other_words_is_another_message(pro, receive_call, mail):
    connection = mail.connection
    receive_call(connection, MAIL[0].replace(b"ana@", b"bo@").replace(b"free", b"sold"), MAIL[1])
    receive_call(connection, b"X-Way: again\n" + MAIL[0], MAIL[1])
    receive_call(connection, b"X-Way: again\n" + MAIL[0].replace(b"ana@", b"bo@").replace(b"free", b"sold"), MAIL[1])
    rows = ContactMessage.objects.order_by("text").values_list("external_id", "text", "contact__email")
    assert list(rows) == [
        ("<m1@example.org>", "Is it free?", "ana@example.org"),
        ("<m1@example.org>", "Is it sold?", "bo@example.org"),
    ]


def test_a_strangers_email_with_one_of_our_message_ids_is_stored(user, letterbox):
    """Our own e-mail that comes back to us is no message."""
    answer = write_message(arrive(letterbox).contact, "Yes.", channel="email", by=user)
    ContactMessage.objects.filter(pk=answer.pk).update(external_id="<own@testserver>")
    for who in ("port@in.example.com", "port@example.com"):
        own = InboundMessage("<own@testserver>", (("email", who),), who, "", "Yes. > quoted", email=who)
        assert receive_message(letterbox, own) is None
    stranger = arrive(letterbox, "Something else", who="Bo", external_id="<own@testserver>")
    assert (stranger.contact.name, ContactMessage.objects.count()) == ("Bo", 3)
