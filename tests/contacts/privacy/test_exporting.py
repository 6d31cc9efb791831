"""Everything about a person in a ZIP, for the one who asked, for some days."""

import io
import json
import zipfile
from datetime import timedelta

import pytest
from django.utils import timezone

from contacts.book.merging import merge_contacts, undo_merge
from contacts.models import Contact, ContactMessage, PersonExport
from contacts.models.person_export import prune_person_exports
from contacts.privacy.export_files import DERIVED
from contacts.privacy.exporting import ask_export, may_download
from inquiries.models import HistoryErasure
from tests.factories import ContactFactory, UserFactory
from tests.leftovers import stored_files_with, tables_with
from tests.pages import Page

from .canaries import PERSON, PersonRows, add_elsewhere, words_in

pytestmark = pytest.mark.django_db(transaction=True)
# What members keep for themselves, the file of an export itself, and what repeats the events.
NOT_EXPORTED = {"KeptView.name", "PersonExportFile", "BulkRow"}


def read_export(export):
    """{name: content} of the ZIP."""
    export.refresh_from_db()
    assert export.state == "ready"
    with export.file.open() as file, zipfile.ZipFile(io.BytesIO(file.read())) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_it_holds_every_word_and_file_of_the_person(shipped, work_tasks):
    rows = PersonRows(7700077)
    HistoryErasure.objects.update(is_open=False)
    rows.store_files()
    add_elsewhere(rows)
    user = UserFactory(pro=rows[Contact].pro, email="member@example.org")
    texts = [text for found in tables_with(PERSON).values() for text in found if text.split(":")[0] not in DERIVED]
    stored = {
        word: rows.canaries[word]
        for text in texts
        for word in words_in(text)
        if word in rows.canaries and rows.canaries[word].split(".")[-1] not in DERIVED
    }
    assert len(stored) > 70
    export = ask_export(rows[Contact], by=user, language="fr")
    work_tasks()
    content = read_export(export)
    data = b"\n".join(body for name, body in content.items() if name.startswith("data/")).decode()
    pages = b"\n".join(body for name, body in content.items() if name.startswith("pages/")).decode()
    for content_of in (data, pages):
        assert {label for word, label in stored.items() if word not in content_of} == NOT_EXPORTED
    files = [name for name in content if name.startswith("files/")]
    assert len(files) == len(stored_files_with(PERSON)) - 2 and all(PERSON.encode() in content[name] for name in files)


def test_pages_are_in_the_language_that_was_asked_for(anna, user, work_tasks):
    export = ask_export(anna, by=user, language="nl")
    work_tasks()
    content = read_export(export)
    assert b'<html lang="nl">' in content["index.html"] and b"Anna Peeters" in content["index.html"]
    requests = json.loads(content["data/requests.json"])
    assert [(row["name"], row["email"], row["message"]) for row in requests] == [
        ("Anna Peeters", "anna@example.org", "Is it still free?")
    ]
    assert "Anna belt liever" in content["pages/notes.html"].decode()


@pytest.mark.thorough
def test_thousands_of_messages_stand_on_several_pages(anna, user, work_tasks):
    common = {"pro": anna.pro, "contact": anna, "channel": "email", "address": "anna@example.org", "state": "received"}
    messages = [ContactMessage(**common, text=f"Bericht {number}.") for number in range(1100)]
    ContactMessage.objects.bulk_create(messages)
    export = ask_export(anna, by=user, language="en")
    work_tasks()
    content = read_export(export)
    written = [row["text"] for row in json.loads(content["data/messages.json"])]
    assert sorted(written) == sorted(["Tot morgen, Anna", *(f"Bericht {number}." for number in range(1100))])
    names = ["messages.html", "messages-2.html", "messages-3.html"]
    assert [name for name in content if name.startswith("pages/messages")] == [f"pages/{name}" for name in names]
    pages = [Page(content[f"pages/{name}"].decode()) for name in names]
    assert [len(page.all("section")) for page in pages] == [500, 500, 101]
    for name, page in zip(names, pages, strict=True):
        assert [link["href"] for link in page.all("nav a")] == names
        assert page.one("nav a[aria-current]")["href"] == name


def test_it_is_deleted_after_some_days(anna, user, work_tasks):
    export = ask_export(anna, by=user, language="en")
    work_tasks()
    export.refresh_from_db()
    assert export.expires_at - export.ready_at == timedelta(days=3)
    prune_person_exports()
    assert PersonExport.objects.exists()
    PersonExport.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    prune_person_exports()
    assert not PersonExport.objects.exists()


def test_one_asked_for_anew_takes_the_place_of_the_former(anna, user, work_tasks):
    other = UserFactory(pro=user.pro, email="member@example.org")
    theirs, first = ask_export(anna, by=other, language="en"), ask_export(anna, by=user, language="en")
    assert ask_export(anna, by=user, language="en") == first
    french = ask_export(anna, by=user, language="fr")
    work_tasks()
    assert {(row.pk, row.state) for row in PersonExport.objects.all()} == {(theirs.pk, "ready"), (french.pk, "ready")}
    file = PersonExport.objects.get(pk=french.pk).file
    newest = ask_export(anna, by=user, language="fr")
    work_tasks()
    assert {row.pk for row in PersonExport.objects.all()} == {theirs.pk, newest.pk}
    with pytest.raises(FileNotFoundError):
        file.open()


def test_it_does_not_hold_back_the_account_that_asked(anna, user, work_tasks):
    other = UserFactory(pro=user.pro, email="member@example.org")
    export = ask_export(anna, by=other, language="en")
    work_tasks()
    other.delete()
    export.refresh_from_db()
    assert (export.state, export.user, may_download(export, user)) == ("ready", None, False)


def test_an_erasure_takes_it_along(anna, user, work_tasks, erase_now):
    ask_export(anna, by=user, language="en")
    work_tasks()
    erase_now(anna)
    assert not PersonExport.objects.exists()


def test_a_merge_that_was_undone_is_left_out(anna, user, work_tasks):
    others = [ContactFactory(pro=anna.pro, name=name) for name in ("Zyxxy", "Bram")]
    undo_merge(merge_contacts(anna, others[0], by=user), by=user)
    merge_contacts(anna, others[1], by=user)
    export = ask_export(anna, by=user, language="en")
    work_tasks()
    content = read_export(export)
    assert [row["absorbed_id"] for row in json.loads(content["data/merges.json"])] == [str(others[1].pk)]
    assert b"Zyxxy" not in content["pages/merges.html"]
