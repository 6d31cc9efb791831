"""A person with a word in every field of every table: after the erasure no table, file or log has one of them."""

import logging
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.db import connection
from django.utils import timezone

from contacts.models import Contact, ContactMessage, Erasure
from contacts.privacy.erasing import erase, plan_erasure
from inquiries.models import HistoryErasure
from tests.factories import UserFactory
from tests.leftovers import files_with, stored_files_with, tables_with

from .canaries import PERSON, PersonRows, add_copies, add_elsewhere, unnamed_tables

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def rows(shipped):
    rows = PersonRows(7700077)
    HistoryErasure.objects.update(is_open=False)
    rows.store_files()
    add_elsewhere(rows)
    add_copies(rows, UserFactory(pro=rows[Contact].pro, email="member@example.org"))
    return rows


def erase_now(contact):
    erasure = plan_erasure(contact, reason="asked", by=None)
    Erasure.objects.update(due_at=timezone.now())
    erase(erasure)


def test_every_table_is_filled_or_named():
    assert unnamed_tables() == set()


def test_nothing_is_left_of_an_erased_person(rows, caplog):
    caplog.set_level(logging.DEBUG)
    assert len(stored_files_with(PERSON)) == 5
    erase_now(rows[Contact])
    assert tables_with(PERSON) == {}
    assert stored_files_with(PERSON) == []
    assert PERSON not in caplog.text
    if connection.vendor == "sqlite":
        database = Path(connection.settings_dict["NAME"])
        assert files_with(PERSON, database.parent) == []


def test_others_keep_what_is_theirs(rows):
    before = Contact.objects.filter(pk=rows["other"].pk).values().get()
    erase_now(rows[Contact])
    assert Contact.objects.filter(pk=rows["other"].pk).values().get() == before
    assert list(Contact.objects.all()) == [rows["other"]]
    assert ContactMessage.objects.values_list("text", "cc").get() == ("To both of you", [["Zoe", "zoe@example.org"]])
    assert storages["default"].exists("identity/office")
