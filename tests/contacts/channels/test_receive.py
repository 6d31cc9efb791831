"""What comes in becomes one message, in the conversation of one contact."""

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.core.files.storage import storages
from django.db.models import Max, ProtectedError
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from config.accounts.models import Pro
from config.files.models import LooseFile
from config.web.text import one_line
from contacts.book.duplicates import likely_duplicates
from contacts.book.merging import merge_contacts, undo_merge
from contacts.channels.message import File, InboundMessage, Media
from contacts.conversations.receiving import read_delivery, receive_message
from contacts.conversations.reply_channels import find_reply_channels
from contacts.conversations.sending import write_message
from contacts.models import ChannelDelivery, Contact, ContactEvent, ContactIdentity, ContactMessage, MessageFile
from tests.factories import ContactFactory
from tests.sample_files import GOOD, HOSTILE, PDF

from .payloads import AT, bounce, connect, deliver, mime, telegram, text, update, usual, whatsapp

pytestmark = pytest.mark.django_db
THEN = datetime.fromtimestamp(AT, UTC)
BSUID = "FR.13491208655302741918"


@pytest.fixture
def bring(nobody, work_tasks):
    """Brings a call and has it read; the newest message."""

    def run(connection, body=None, content_type=""):
        assert deliver(nobody, connection, body, content_type).status_code == 200
        work_tasks()
        return ContactMessage.objects.order_by("-created_at").first()

    return run


def conversations(pro):
    """As [(name, how many are unread, when the newest message was written)…]."""
    rows = Contact.objects.for_pro(pro).filter(last_message_at__isnull=False).order_by("created_at")
    return list(rows.annotate(newest=Max("messages__created_at")).values_list("name", "unread_count", "newest"))


def identities(contact):
    return sorted(contact.identities.held().values_list("channel", "external_id"))


def test_a_new_person_as_stored(pro, bring):
    connection = connect(pro, "whatsapp")
    found = bring(connection, whatsapp(text("Bonjour")))
    assert ContactMessage.objects.values().get() == {
        "id": found.pk,
        "pro_id": pro.pk,
        "contact_id": found.contact_id,
        "connection_id": connection.pk,
        "channel": "whatsapp",
        "external_id": "wamid.1",
        "address": "33612345678",
        "subject": "",
        "text": "Bonjour",
        "quoted": "",
        "media": [],
        "references": [],
        "refused": [],
        "former": [],
        "is_automatic": False,
        "state": "received",
        "error": "",
        "author_id": None,
        "created_at": THEN,
        "edited_at": None,
        "read_at": None,
        "sent_at": None,
        "notified_at": found.notified_at,
        "search_text": "\nbonjour",
    }
    contact = Contact.objects.get()
    assert Contact.objects.values().get() == {
        "id": contact.pk,
        "pro_id": pro.pk,
        "name": "Inès Marchand",
        "email": "",
        "phone": "+33612345678",
        "status": "prospect",
        "role": "prospect",
        "channel_preference": "whatsapp",
        "source": "whatsapp",
        "referral_source": "",
        "language": "en",
        "applied_at": None,
        "search_text": "ines marchand\n\n+33612345678\n0612345678",
        "reached_by": "",
        "last_message_at": contact.last_message_at,
        "unread_count": 1,
        "created_at": contact.created_at,
        "updated_at": contact.updated_at,
        "deleted_at": None,
        "merged_into_id": None,
    }
    assert identities(contact) == [("phone", "+33612345678"), ("whatsapp", "33612345678"), ("whatsapp", BSUID)]
    assert list(ContactEvent.objects.values_list("contact", "kind", "user", "token")) == [
        (contact.pk, "created", None, None)
    ]


@pytest.mark.parametrize(
    ("provider", "body", "name", "reached"),
    [
        ("telegram", update(telegram()), "Théo Morvan", {"language": "fr"}),
        ("whatsapp", whatsapp({**text("Hi"), "from": None}, contacts=[{"user_id": BSUID}]), f"WhatsApp {BSUID}", {}),
    ],
)
def test_somebody_without_e_mail_and_phone(pro, bring, api, provider, body, name, reached):
    contact = bring(connect(pro, provider), body).contact
    assert (contact.reached_by, contact.email, contact.phone) == (provider, "", "")
    shown = api.get(f"/api/v1/contacts/{contact.pk}").json()["data"]
    assert shown == {
        "id": str(contact.pk),
        "name": name,
        "email": None,
        "phone": None,
        "status": "prospect",
        "role": "prospect",
        "channelPreference": provider,
        "source": provider,
        "referralSource": None,
        "language": "en",
        "appliedAt": None,
        "createdAt": shown["createdAt"],
        "updatedAt": shown["updatedAt"],
        **reached,
    }
    assert api.patch(f"/api/v1/contacts/{contact.pk}", {"name": "Théo", "source": "api"}).status_code == 200


def test_an_email_makes_a_contact(pro, bring):
    contact = bring(connect(pro, "mime"), mime(), "message/rfc822").contact
    assert (contact.name, contact.email, contact.source, contact.channel_preference) == (
        "Léa Fontanel",
        "lea@example.org",
        "email",
        "email",
    )


# --- Who it is


def test_a_known_email_joins(pro, bring):
    known = ContactFactory(pro=pro, name="Mme Fontanel", email="LEA@example.org")
    known.hold_identities()
    found = bring(connect(pro, "mime"), mime(), "message/rfc822")
    assert (found.contact, Contact.objects.get().name) == (known, "Mme Fontanel")


def test_a_known_phone_joins_and_learns_the_ids(pro, bring):
    known = ContactFactory(pro=pro, name="Mme Marchand", email="", phone="+33612345678")
    known.hold_identities()
    assert bring(connect(pro, "whatsapp")).contact == known
    assert identities(known) == [("phone", "+33612345678"), ("whatsapp", "33612345678"), ("whatsapp", BSUID)]
    # From then on the id alone is enough.
    alone = whatsapp({**text("Encore"), "id": "wamid.2", "from": None}, contacts=[{"user_id": BSUID}])
    assert bring(connect(pro, "whatsapp"), alone).contact == known
    assert Contact.objects.count() == 1


def test_who_wrote_without_a_number_and_then_with_one_is_one_contact(pro, bring):
    connection = connect(pro, "whatsapp")
    person = {"profile": {"name": "Inès Marchand"}, "user_id": BSUID}
    first = bring(connection, whatsapp({**text("Hi"), "from": None}, contacts=[person])).contact
    assert (first.reached_by, first.phone, identities(first)) == ("whatsapp", "", [("whatsapp", BSUID)])
    assert bring(connection, whatsapp({**text("Encore"), "id": "wamid.2"})).contact == first
    found = Contact.objects.get()
    assert (found.phone, found.unread_count) == ("+33612345678", 2)
    assert identities(found) == [("phone", "+33612345678"), ("whatsapp", "33612345678"), ("whatsapp", BSUID)]
    assert list(ContactEvent.objects.order_by("pk").values_list("kind", "changes")) == [
        ("created", {}),
        ("changed", {"phone": ["", "+33612345678"]}),
    ]
    # And by the number alone it is still the same one.
    alone = whatsapp({**text("Re"), "id": "wamid.3"}, contacts=[{"wa_id": "33612345678"}])
    assert bring(connection, alone).contact == first
    assert Contact.objects.count() == 1


def test_the_book_lists_somebody_without_e_mail_and_phone(pro, bring, api):
    contact = bring(connect(pro, "telegram"), update(telegram())).contact
    answer = api.get("/api/v1/contacts?channel=telegram").json()
    assert [(one["id"], one["email"], one["phone"]) for one in answer["data"]] == [(str(contact.pk), None, None)]


def test_an_id_goes_before_a_number(pro, bring):
    connection = connect(pro, "whatsapp")
    first = bring(connection, whatsapp({**text("Hi"), "from": None}, contacts=[{"user_id": BSUID}])).contact
    other = ContactFactory(pro=pro, email="", phone="+33612345678")
    other.hold_identities()
    assert bring(connection, whatsapp({**text("Hi"), "id": "wamid.2"})).contact == first
    first.refresh_from_db()
    assert first.phone == ""  # That number is somebody else's.


@pytest.mark.parametrize(
    ("known", "id"),
    [
        ("+5511987654321", "551187654321"),
        ("+551187654321", "5511987654321"),
        ("+541123456789", "5491123456789"),
        ("+525512345678", "5215512345678"),
    ],
)
def test_another_form_of_a_number_is_suggested_and_not_forced(pro, bring, known, id):
    there = ContactFactory(pro=pro, name="Somebody", email="", phone=known)
    there.hold_identities()
    person = {"profile": {"name": "Ana"}, "wa_id": id}
    found = bring(connect(pro, "whatsapp"), whatsapp({**text("Olá"), "from": id}, contacts=[person]))
    assert found.contact != there
    assert [(one.contact, one.reasons) for one in likely_duplicates(found.contact)] == [(there, ["phone"])]


def test_the_number_of_an_archived_contact_makes_nobody_known(pro, user, bring):
    known = ContactFactory(pro=pro, email="", phone="+33612345678")
    known.hold_identities()
    known.archive(by=user)
    assert bring(connect(pro, "whatsapp")).contact != known
    known.refresh_from_db()
    assert (known.unread_count, known.messages.count()) == (0, 0)


def test_another_pro_has_a_contact_of_its_own(pro, other_user, bring):
    bodies = [connect(one, "whatsapp") for one in (pro, other_user.pro)]
    for connection in bodies:
        bring(connection)
    assert sorted(Contact.objects.values_list("pro", "name")) == sorted(
        (one.pk, "Inès Marchand") for one in (pro, other_user.pro)
    )
    assert ContactMessage.objects.count() == 2


def test_after_archiving_it_is_a_new_contact(pro, user, bring):
    connection = connect(pro, "whatsapp")
    first = bring(connection).contact
    first.archive(by=user)
    bring(connection, whatsapp({**text("Again"), "id": "wamid.2"}))
    second = ContactMessage.objects.get(external_id="wamid.2").contact
    assert first != second
    assert conversations(pro) == [("Inès Marchand", 1, THEN)]


def test_merged_contacts_are_one_conversation_and_two_again(pro, user, bring):
    one = bring(connect(pro, "whatsapp"), whatsapp(text("One"))).contact
    later = telegram(text="Two")
    later["date"] = AT + 60
    other = bring(connect(pro, "telegram"), update(later)).contact
    merge = merge_contacts(one, other, by=user)
    one.refresh_from_db()
    assert (one.unread_count, one.last_message_at) == (2, THEN + timedelta(seconds=60))
    assert [(reply_channel.channel, reply_channel.address) for reply_channel in find_reply_channels(one)] == [
        ("telegram", "1111111"),
        ("whatsapp", "33612345678"),
    ]
    third = telegram(text="Three")
    third["message_id"] = 2
    assert bring(connect(pro, "telegram"), update(third)).contact == one
    undo_merge(merge, by=user)
    assert sorted(conversations(pro)) == sorted(
        [("Inès Marchand", 2, THEN + timedelta(microseconds=1)), ("Théo Morvan", 1, THEN + timedelta(seconds=60))]
    )


@pytest.mark.parametrize("name", ["🌸", " ", "\u200b", "\0", "x" * 500, "a\nb"])
def test_odd_names(pro, bring, name):
    contact = bring(connect(pro, "whatsapp"), whatsapp(text("Hi"), contacts=[{"profile": {"name": name}}])).contact
    assert 0 < len(contact.name) <= 200 and contact.name.isprintable() and any(c.isalnum() for c in contact.name)


def test_mail_from_nobody_is_kept_together(pro, bring):
    connection = connect(pro, "mime")
    for n in range(2):
        assert bring(connection, mime(From=None, Message_ID=f"<{n}@x>"), "message/rfc822")
    [contact] = Contact.objects.all()
    assert (contact.name, contact.messages.count(), find_reply_channels(contact)) == ("E-mail", 2, [])


# --- Again, edited, late


def test_what_is_delivered_again_is_there_once(pro, nobody, work_tasks):
    connection = connect(pro, "telegram")
    for number in range(3):  # Another update about the same message.
        deliver(nobody, connection, update(telegram(), number=number))
        deliver(nobody, connection, update(telegram(), number=number))
    work_tasks()
    assert (ChannelDelivery.objects.count(), ContactMessage.objects.count(), Contact.objects.count()) == (3, 1, 1)


def test_one_call_of_many_is_one_message_each(pro, bring):
    batch = whatsapp(*({**text(f"No {n}"), "id": f"wamid.{n}", "timestamp": str(AT + n)} for n in range(3)))
    bring(connect(pro, "whatsapp"), batch)
    assert list(ContactMessage.objects.values_list("text", flat=True)) == ["No 0", "No 1", "No 2"]
    assert conversations(pro) == [("Inès Marchand", 3, THEN + timedelta(seconds=2))]


@pytest.mark.parametrize("provider", ["mailgun", "postmark", "mime"])
def test_a_call_is_read_as_the_provider_it_came_from(pro, nobody, work_tasks, provider):
    connection = connect(pro, provider)
    assert deliver(nobody, connection).status_code == 200
    connect(pro, "postmark" if provider == "mime" else "mime")
    work_tasks()
    assert ContactMessage.objects.get().contact.email == "lea@example.org"
    assert ChannelDelivery.objects.values_list("provider", "error").get() == (provider, "")


def test_why_a_call_cannot_be_read_is_kept_until_it_can(pro, nobody, work_tasks):
    connection = connect(pro, "telegram")
    assert deliver(nobody, connection, b"[]").status_code == 200
    work_tasks()
    found = ChannelDelivery.objects.get()
    assert (found.error, found.read_at, bytes(found.body)) == ("no JSON object", None, b"[]")
    assert ChannelDelivery.objects.last_error(connection) == "no JSON object"
    ChannelDelivery.objects.update(body=usual("telegram")[0])
    read_delivery.func(found.pk)
    assert ChannelDelivery.objects.last_error(connection) == ""
    assert ContactMessage.objects.count() == 1


def test_an_error_of_our_own_is_kept_by_its_name_alone(pro, nobody, work_tasks, monkeypatch):
    connection = connect(pro, "telegram")
    assert deliver(nobody, connection).status_code == 200

    def fail(*args):
        raise ValueError("Key (address)=(ines@example.org)")

    monkeypatch.setattr("contacts.channels.telegram.read", fail)
    work_tasks()
    assert ChannelDelivery.objects.values_list("error", "read_at").get() == ("ValueError", None)


def test_a_receipt_that_comes_early_is_no_trouble(pro, user, nobody, work_tasks):
    connection = connect(pro, "whatsapp")
    assert deliver(nobody, connection).status_code == 200
    work_tasks()
    DBTaskResult.objects.all().delete()
    write_message(ContactMessage.objects.get().contact, "Yes", channel="whatsapp", by=user)
    DBTaskResult.objects.all().delete()
    receipt = whatsapp(statuses=[{"id": "wamid.out", "status": "sent"}])
    assert deliver(nobody, connection, receipt).status_code == 200
    work_tasks()
    assert list(ChannelDelivery.objects.filter(read_at=None).values_list("error", flat=True)) == [""]


def test_a_call_for_another_number_brings_nothing_and_says_so(pro, nobody, work_tasks):
    connection = connect(pro, "whatsapp", address="555")
    assert deliver(nobody, connection).status_code == 200
    work_tasks()
    said = "It is for another phone number, with the ID 106540352242922."
    assert ChannelDelivery.objects.last_error(connection) == said
    connection.refresh_from_db()
    assert (connection.last_received_at, ContactMessage.objects.count()) == (None, 0)
    found = ChannelDelivery.objects.get()
    assert (bytes(found.body), found.read_at is None) == (b"", False)


def test_what_was_written_within_a_second_stands_as_it_came(pro, bring):
    connection = connect(pro, "telegram")
    for number in range(1, 7):
        bring(connection, update({**telegram(text=f"Part {number}"), "message_id": number}, number=number))
    rows = ContactMessage.objects.order_by("created_at")
    assert list(rows.values_list("text", "created_at")) == [
        (f"Part {number}", THEN + timedelta(microseconds=number - 1)) for number in range(1, 7)
    ]
    [found] = ContactMessage.objects.with_last([Contact.objects.get()])
    assert found.last_message.text == "Part 6"


def test_what_comes_late_is_news_and_stands_where_it_was_written(pro, bring):
    connection = connect(pro, "whatsapp")
    recent = text("Newer", id="wamid.2", timestamp=str(int(time.time()) - 30))
    bring(connection, whatsapp(recent))
    before = timezone.now()
    bring(connection, whatsapp(text("Older", id="wamid.1", timestamp=str(AT))))
    assert Contact.objects.get().last_message_at > before
    assert list(ContactMessage.objects.order_by("created_at").values_list("text", flat=True)) == ["Older", "Newer"]


def test_an_edit_keeps_what_was_written(pro, bring):
    connection = connect(pro, "telegram")
    bring(connection, update(telegram(text="One")))
    bring(connection, update(telegram(text="Two", edit_date=AT + 60), "edited_message", 2))
    bring(connection, update(telegram(text="Three", edit_date=AT + 90), "edited_message", 3))
    # One that comes late changes nothing, nor does the original, again.
    bring(connection, update(telegram(text="Two", edit_date=AT + 60), "edited_message", 4))
    found = bring(connection, update(telegram(text="One"), number=5))
    assert (found.text, found.edited_at, found.contact.unread_count) == ("Three", THEN + timedelta(seconds=90), 1)
    assert found.former == [[THEN.isoformat(), "One"], [(THEN + timedelta(seconds=60)).isoformat(), "Two"]]


def test_an_edit_may_come_first(pro, bring):
    connection = connect(pro, "telegram")
    bring(connection, update(telegram(text="Two", edit_date=AT + 60), "edited_message", 2))
    found = bring(connection, update(telegram(text="One")))
    assert (found.text, found.former, ContactMessage.objects.count()) == ("Two", [], 1)


def test_a_clock_that_goes_before_pins_nothing_to_the_top(pro, bring):
    future = int(timezone.now().timestamp()) + 10**6
    found = bring(connect(pro, "whatsapp"), whatsapp({**text("Hi"), "timestamp": str(future)}))
    assert found.created_at <= timezone.now()


# --- Files


def with_files(*files):
    return InboundMessage("<f@x>", (("email", "lea@example.org"),), "lea@example.org", "Léa", "See", files=files)


def files_in(folder):
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def receive(pro, *files):
    return receive_message(connect(pro, "mime"), with_files(*files))


def test_files_are_kept_by_the_rules_of_attachments(pro, attachment_folder):
    found = receive(
        pro, File("plan.txt", b"The plan."), File("../x.txt", b"x"), File("virus.exe", b"MZ"), File("e.pdf", b"")
    )
    [file] = MessageFile.objects.for_pro(pro)
    assert (file.message, file.filename, file.mime_type, file.size) == (found, "plan.txt", "text/plain", 9)
    assert file.open().read() == b"The plan."
    assert [refusal.partition(":")[0] for refusal in found.refused] == ["../x.txt", "virus.exe", "e.pdf"]
    assert [path.name for path in attachment_folder.iterdir()] == [file.key]
    assert not LooseFile.objects.exists()


def test_good_files_are_kept_as_they_came(pro):
    found = receive(pro, *(File(name, content) for name, (content, _kind) in GOOD.items()))
    rows = found.files.order_by("id")
    assert [(row.filename, row.mime_type, row.open().read()) for row in rows] == [
        (name, kind, content) for name, (content, kind) in GOOD.items()
    ]
    assert found.refused == []


def test_no_hostile_file_is_kept(pro, attachment_folder):
    found = receive(pro, *(File(name, content) for name, content in HOSTILE.values()))
    assert len(found.refused) == len(HOSTILE)
    for said, (name, _content) in zip(found.refused, HOSTILE.values(), strict=True):
        assert said.startswith(f"{one_line(name, 100)}: ") and said.isprintable()
    assert (MessageFile.objects.count(), LooseFile.objects.count(), files_in(attachment_folder)) == (0, 0, [])


def test_a_file_and_its_row_live_and_die_together(pro, attachment_folder, django_capture_on_commit_callbacks):
    found = receive(pro, File("plan.txt", b"The plan."), File("a.pdf", PDF))
    first, second = found.files.order_by("id")
    assert files_in(attachment_folder) == sorted([first.key, second.key])
    with django_capture_on_commit_callbacks(execute=True):
        first.delete_with_file()
    assert (list(found.files.all()), files_in(attachment_folder)) == ([second], [second.key])
    with pytest.raises(ProtectedError):
        found.delete()
    assert (list(found.files.all()), files_in(attachment_folder)) == ([second], [second.key])


def test_when_the_row_cannot_be_made_the_file_goes(pro, attachment_folder):
    unstorable = replace(with_files(File("a.pdf", PDF)), media=(Media("image", b"no text"),))
    with pytest.raises(TypeError):
        receive_message(connect(pro, "mime"), unstorable)
    assert (Contact.objects.count(), ContactMessage.objects.count()) == (0, 0)
    assert (MessageFile.objects.count(), LooseFile.objects.count(), files_in(attachment_folder)) == (0, 0, [])


def test_a_message_that_is_there_stores_no_file_again(pro, attachment_folder):
    receive(pro, File("plan.txt", b"The plan."))
    assert receive(pro, File("plan.txt", b"The plan.")) is None
    assert (MessageFile.objects.count(), len(list(attachment_folder.iterdir()))) == (1, 1)


def test_while_the_storage_fails_nothing_is_kept_and_nothing_lost(
    pro, bring, work_tasks, monkeypatch, attachment_folder
):
    body = mime(
        "--B\r\n\r\nSee\r\n--B\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\nThe plan.\r\n--B--\r\n",
        Content_Type='multipart/mixed; boundary="B"',
    )

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(type(storages["attachments"]), "_save", full)
        assert bring(connect(pro, "mime"), body, "message/rfc822") is None
    assert (Contact.objects.count(), MessageFile.objects.count()) == (0, 0)
    kept = ChannelDelivery.objects.get()
    assert (bytes(kept.body), kept.read_at) == (body, None)
    from contacts.conversations.receiving import read_delivery

    read_delivery.enqueue(kept.pk)
    work_tasks()
    assert MessageFile.objects.get().open().read() == b"The plan."


# --- What nobody waits for an answer to


def test_no_stranger_ever_gets_a_mail(pro, bring):
    connection = connect(pro, "mime")
    for n, more in enumerate(
        [{}, {"Auto_Submitted": "auto-replied"}, {"From": "no-reply@example.org"}, {"List_Id": "<x>"}, {"From": None}]
    ):
        bring(connection, mime(Message_ID=f"<{n}@x>", Reply_To="stranger@example.net", **more), "message/rfc822")
    bring(connection, bounce(), "message/rfc822")
    bring(connect(pro, "whatsapp"))
    bring(connect(pro, "telegram"))
    assert {address for message in mail.outbox for address in message.recipients()} <= {pro.email}


def test_the_pro_is_told_once_for_what_stands_unread(pro, bring):
    connection = connect(pro, "telegram")
    for n in range(3):
        bring(connection, update({**telegram(text=f"Nº {n}"), "message_id": n + 1}, number=n))
    [told] = mail.outbox
    contact = Contact.objects.get()
    assert (told.to, told.subject) == (["port@example.com"], "Théo Morvan wrote by Telegram")
    assert told.body == (
        f"Théo Morvan · Telegram\n\nNº 0\n\nAnswer in your inbox: http://testserver/inbox/messages/{contact.pk}\n"
    )
    assert told.extra_headers["Auto-Submitted"] == "auto-generated"
    ContactMessage.objects.mark_read(contact)
    bring(connection, update({**telegram(text="More"), "message_id": 9}, number=9))
    assert len(mail.outbox) == 2


@pytest.mark.parametrize("address", ["port@example.com", "desk@in.example.com"])
def test_what_a_machine_wrote_tells_nobody_and_own_mails_do_not_go_round(pro, bring, address):
    Pro.objects.filter(pk=pro.pk).update(email=address)
    pro.refresh_from_db()
    connection = connect(pro, "mime")
    bring(connection, mime(Auto_Submitted="auto-replied"), "message/rfc822")
    assert mail.outbox == []
    bring(connection, mime(Message_ID="<b@x>"), "message/rfc822")
    # What goes to the channel itself would come back.
    ContactMessage.objects.mark_read(Contact.objects.get())
    bring(connection, mime(Message_ID="<c@x>"), "message/rfc822")
    assert len(mail.outbox) == (2 if address == "port@example.com" else 0)


def test_a_mail_that_came_back_has_failed(pro, user, bring, work_tasks):
    connection = connect(pro, "mime")
    contact = bring(connection, mime(), "message/rfc822").contact
    sent = write_message(contact, "Oui.", channel="email", by=user)
    work_tasks()
    found = bring(connection, bounce(f"<{sent.pk}@testserver>"), "message/rfc822")
    sent.refresh_from_db()
    assert (sent.state, sent.error) == ("failed", "The e-mail was returned: see the message about it.")
    assert (found.contact, found.is_automatic, Contact.objects.count()) == (contact, True, 1)


@pytest.mark.parametrize(
    "report",
    [
        lambda id: bounce(id, "delayed"),
        lambda id: bounce(id, "delivered"),
        lambda id: mime("Away until May.", Return_Path="<>", Auto_Submitted="auto-replied", In_Reply_To=id),
    ],
    ids=["delayed", "delivered", "out of office"],
)
def test_what_else_is_reported_fails_no_mail_that_arrived(pro, user, bring, work_tasks, report):
    connection = connect(pro, "mime")
    contact = bring(connection, mime(), "message/rfc822").contact
    sent = write_message(contact, "Oui.", channel="email", by=user)
    work_tasks()
    found = bring(connection, report(f"<{sent.pk}@testserver>").replace(b"<a1@", b"<a2@"), "message/rfc822")
    sent.refresh_from_db()
    assert (sent.state, sent.error, found.contact, found.is_automatic) == ("sent", "", contact, True)
    # And the next answer is one to what a person wrote.
    [reply_channel] = find_reply_channels(contact)
    assert (reply_channel.subject, reply_channel.references) == ("Re: Dossier", ("<a1@example.org>",))


def test_a_person_who_writes_after_a_machine_is_told_of(pro, bring):
    connection = connect(pro, "mime")
    bring(connection, mime(Auto_Submitted="auto-replied"), "message/rfc822")
    bring(connection, mime(Message_ID="<b@x>"), "message/rfc822")
    bring(connection, mime(Message_ID="<c@x>"), "message/rfc822")
    assert [told.subject for told in mail.outbox] == ["Léa Fontanel wrote by E-mail"]


def test_who_has_another_number_and_user_id_stays_the_same_contact(pro, bring):
    connection = connect(pro, "whatsapp")
    first = bring(connection, whatsapp(text("Bonjour", timestamp=str(AT))))
    new = {"wa_id": "33755555555", "user_id": "FR.2", "previous_user_id": BSUID}
    said = {"body": "Inès changed", "type": "user_changed_number", **new}
    at = str(int(time.time()) - 60)
    notice = {"from": "33612345678", "id": "wamid.2", "timestamp": at, "type": "system", "system": said}
    found = bring(connection, whatsapp(notice, contacts=[]))
    assert (found.contact, found.text, found.is_automatic) == (first.contact, "Inès changed", True)
    # Free text may be sent for a day after what a person wrote.
    [reply_channel] = find_reply_channels(found.contact)
    assert (reply_channel.address, reply_channel.is_window_closed) == ("33755555555", True)

    person = {"profile": {"name": "Inès Marchand"}, "wa_id": "33755555555", "user_id": "FR.2"}
    again = text("Me again", id="wamid.3", **{"from": "33755555555", "timestamp": str(int(time.time()))})
    assert bring(connection, whatsapp(again, contacts=[person])).contact == first.contact
    assert Contact.objects.count() == 1
    [reply_channel] = find_reply_channels(found.contact)
    assert (reply_channel.address, reply_channel.is_window_closed) == ("33755555555", False)


def test_a_report_about_nothing_of_ours_is_a_message_like_any(pro, bring):
    found = bring(connect(pro, "mime"), bounce(), "message/rfc822")
    assert (found.contact.name, found.is_automatic, find_reply_channels(found.contact)) == (
        "Mail Delivery System",
        True,
        [],
    )


def test_the_test_of_a_connection_makes_no_message(pro, bring, work_tasks):
    connection = connect(pro, "mime")
    from contacts.channels import email

    assert email.test(connection) == "desk@in.example.com"
    [sent] = mail.outbox
    assert bring(connection, sent.message().as_bytes(), "message/rfc822") is None
    connection.refresh_from_db()
    assert connection.last_received_at is not None
    assert not ContactIdentity.objects.exists()
