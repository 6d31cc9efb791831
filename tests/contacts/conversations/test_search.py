"""Conversations are searched by the texts of their messages."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from config.accounts.models import Pro
from config.jobs.worker import run_housekeeping
from contacts.conversations.writing import write_message
from contacts.models import ContactMessage

from ...factories import ContactFactory
from ...pages import Page
from ..messaging import arrive

LIST = "/inbox/all"
LONG_AGO = timezone.now() - timedelta(days=400)


def names_of(pro, text):
    """Names of the contacts whose conversations match, sorted."""
    return sorted(row.name for row in ContactMessage.objects.search_conversations(pro, text))


def add(pro, **fields):
    """A message of a new contact."""
    contact = fields.pop("contact", None) or ContactFactory(pro=pro, last_word_at=timezone.now())
    fields = {"channel": "email", "text": "Bonjour", "state": "received", **fields}
    return ContactMessage.objects.create(pro=pro, contact=contact, **fields)


def test_by_a_word_of_an_old_message(browser, pro, whatsapp, letterbox):
    arrive(whatsapp, "La cuisine a un évier en grès", who="Inès", sent_at=LONG_AGO)
    arrive(whatsapp, "Merci !", who="Inès")
    arrive(letterbox, "Merci !", who="Bob", subject="Votre jardin")
    table = {
        "evier": ["Inès"],
        "GRÈS cuisine": ["Inès"],
        "visi": [],
        "jardin": ["Bob"],
        "merci": ["Bob", "Inès"],
        "ines": ["Inès"],
        "evier merci": [],
        "bob evier": [],
    }
    for text, names in table.items():
        page = Page(browser.get(LIST, {"q": text}))
        assert sorted(page.texts("#list .row strong")) == names, text


def test_by_what_the_pro_wrote(pro, user, whatsapp):
    contact = arrive(whatsapp, who="Inès").contact
    write_message(contact, "Le chauffage est au gaz.", channel="whatsapp", by=user)
    assert names_of(pro, "chauffage") == ["Inès"]


def test_by_an_edited_message_as_it_stands_now(pro, telegram):
    message = arrive(telegram, "A kitchen", who="Inès")
    message.text = "A garden"
    message.save(update_fields=["text"])
    assert (names_of(pro, "kitchen"), names_of(pro, "garden")) == ([], ["Inès"])


def test_by_name_e_mail_and_phone_as_before(pro):
    add(pro, contact=ContactFactory(pro=pro, name="Zoé Maës", email="zoe@example.org", phone="+33612345678"))
    for text in ("zoe", "MAËS zoé", "zoe@", "06 12 34", "+33 (0)6 12", "0033612"):
        assert names_of(pro, text) == ["Zoé Maës"], text


def test_another_pros_message_with_the_same_words_is_never_found(pro, other_user):
    mine, theirs = add(pro, text="A kitchen"), add(other_user.pro, text="A kitchen")
    for text in ("kitchen", "a", "a kitchen"):
        assert list(ContactMessage.objects.search_conversations(pro, text)) == [mine.contact]
        assert list(ContactMessage.objects.search_conversations(other_user.pro, text)) == [theirs.contact]


def test_not_where_the_contact_is_archived(pro):
    message = add(pro, text="A kitchen")
    message.contact.archive(by=None)
    assert names_of(pro, "kitchen") == []


def test_not_by_what_an_e_mail_quotes(pro):
    add(pro, text="Yes.", quoted="> A kitchen")
    assert names_of(pro, "kitchen") == []


def test_whatever_is_typed(pro, subtests):
    contact = add(pro, text='50% off "now" a_b O\'Neil back\\slash 😀 مُحَمَّد zero\u200bwidth 1' + "0" * 5_000).contact
    add(pro, text="Nothing of it")
    here = ["50%", '"now"', "a_b", "o'neil", "back\\slash", "😀", "محمد", "zero\u200bwidth", "0" * 4_999]
    nowhere = ["%%", '""', "a_c", "NEAR(a b)", "now*", "search_text:", "\0", "a\0b", "\ud800", "9" * 5_000]
    for typed in here + nowhere:
        with subtests.test(repr(typed[:20])):
            rows = list(ContactMessage.objects.search_conversations(pro, typed))
            assert rows == ([contact] if typed in here else [])


def test_one_contact_is_one_row_however_many_messages_say_it(pro):
    contact = add(pro, text="kitchen one").contact
    add(pro, contact=contact, text="kitchen two")
    rows = ContactMessage.objects.search_conversations(pro, "kitchen")
    page, more = rows.conversations(None, 25)
    assert (page, more, rows.count()) == ([contact], False, 1)


# --- What a former release stored


def add_without_search_text(pro, **fields):
    """As a release inserts that knows no search text, of the column's default."""
    message = add(pro, **fields)
    ContactMessage.objects.filter(pk=message.pk).update(search_text="")
    return message


def test_a_message_stored_between_migrate_and_restart_is_found_a_minute_later(pro):
    add_without_search_text(pro, text="A kitchen")
    add_without_search_text(pro, text="", subject="")
    assert names_of(pro, "kitchen") == []
    run_housekeeping()
    assert len(names_of(pro, "kitchen")) == 1
    assert sorted(ContactMessage.objects.values_list("search_text", flat=True)) == ["\n", "\na kitchen"]


@pytest.mark.released_migration
@pytest.mark.dialect
def test_standing_messages_get_their_search_texts_in_batches(migrate, monkeypatch):
    before = migrate("contacts", "0008_messages")
    monkeypatch.setattr("config.search.filling.BATCH", 3)
    pro = before.get_model("accounts", "Pro").objects.create(name="Agence", email="a@example.org", country="FR")
    old = before.get_model("contacts", "ContactMessage").objects
    contact = before.get_model("contacts", "Contact").objects.create(pro_id=pro.pk, name="Inès", email="i@example.org")
    common = {"pro_id": pro.pk, "contact": contact, "channel": "email", "state": "received"}
    for number in range(7):
        old.create(text=f"L'évier {number}", subject="Grès", **common)
    after = migrate("contacts", "0009_message_search_text")
    # The former release goes on storing messages meanwhile.
    old.create(text="Bonjour", **common)
    after = migrate("contacts", "0011_message_search_index")
    texts = after.get_model("contacts", "ContactMessage").objects.values_list("search_text", flat=True)
    assert sorted(texts) == ["\nbonjour", *(f"gres\nl'evier {number}" for number in range(7))]
    # The models of today have the newest columns.
    for app in ("accounts", "contacts"):
        migrate(*MigrationExecutor(connection).loader.graph.leaf_nodes(app)[0])
    found = ContactMessage.objects.search_conversations(Pro.objects.get(), "gres 6")
    assert [row.name for row in found] == ["Inès"]
