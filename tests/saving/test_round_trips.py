"""Writes that wait for the next statement, and questions that are asked ahead."""

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from config.cursors import execute
from config.round_trips import ask_ahead, write_now, write_soon, writes_wait, writing_together
from config.saving import bring_forward, insert_missing, insert_soon, update_many
from contacts.models import Contact, ContactEvent, ContactIdentity
from contacts.models.locking import ask_book, hold_book
from inquiries.models import Inquiry

from ..factories import ContactFactory, InquiryFactory, ProFactory
from .columns import NOW, stored

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.dialect]
# On SQLite nothing waits.
WAITS = connection.vendor == "postgresql"


def make_event(contact, kind="created"):
    return ContactEvent(contact=contact, kind=kind, created_at=NOW)


def kinds():
    return list(ContactEvent.objects.order_by("pk").values_list("kind", flat=True))


def written(queries):
    """Beginnings of the statements that write."""
    texts = [query["sql"] for query in queries.captured_queries]
    return [text.split('"')[0].strip() for text in texts if text.startswith(("INSERT", "UPDATE", "WITH"))]


def test_rows_leave_with_the_next_one():
    contact = ContactFactory()
    identity = ContactIdentity(pro=contact.pro, contact=contact, channel="email", external_id="new@example.org")
    with CaptureQueriesContext(connection) as queries, writing_together():
        insert_soon(make_event(contact))
        bring_forward(contact, "last_word_at", NOW)
        assert insert_missing(identity)
    assert written(queries) == (["WITH w0 AS (INSERT INTO"] if WAITS else ["INSERT INTO", "UPDATE", "INSERT INTO"])
    assert (kinds(), Contact.objects.get().last_word_at) == (["created"], NOW)
    assert ContactIdentity.objects.get(external_id="new@example.org").pk == identity.pk


def test_a_row_is_updated_that_waited_or_was_updated_before():
    contact = ContactFactory()
    values = {field.attname: getattr(contact, field.attname) for field in Contact._meta.concrete_fields}
    other = Contact(**{**values, "id": uuid.uuid4(), "last_word_at": None})
    with writing_together():
        insert_soon(other)
        bring_forward(other, "last_word_at", NOW)
        bring_forward(other, "last_word_at", NOW + timedelta(seconds=1))
        other.name = "After"
        bring_forward(contact, "last_word_at", NOW)
        update_many([other, contact], "name")
    rows = Contact.objects.order_by("-last_word_at").values_list("pk", "last_word_at", "name")
    assert list(rows) == [(other.pk, NOW + timedelta(seconds=1), "After"), (contact.pk, NOW, contact.name)]


def test_the_last_ones_leave_at_the_end():
    contact = ContactFactory()
    with CaptureQueriesContext(connection) as queries, writing_together():
        insert_soon(make_event(contact))
        insert_soon(make_event(contact, "changed"))
    assert len(written(queries)) == (1 if WAITS else 2)
    assert sorted(kinds()) == ["changed", "created"]
    assert not writes_wait(connection)


def test_what_follows_the_commit_finds_the_last_ones():
    contact, found = ContactFactory(), []
    with writing_together():
        insert_soon(make_event(contact))
        transaction.on_commit(lambda: found.append((kinds(), connection.in_atomic_block)))
        assert found == []
    assert found == [(["created"], False)]


def test_a_row_that_the_commit_refuses_is_not_written():
    contact = ContactFactory()
    with pytest.raises(IntegrityError), writing_together():
        insert_soon(make_event(contact))
        insert_soon(ContactEvent(contact_id=uuid.uuid4(), kind="changed", created_at=NOW))
    assert (kinds(), connection.in_atomic_block) == ([], False)
    with writing_together():
        insert_soon(make_event(contact, "changed"))
    assert kinds() == ["changed"]


def test_the_last_ones_are_of_the_transaction_around():
    contact = ContactFactory()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        with writing_together():
            insert_soon(make_event(contact))
        assert kinds() == ["created"]
        raise ZeroDivisionError
    assert kinds() == []


def test_nothing_is_written_once_all_has_to_be_rolled_back():
    contact = ContactFactory()
    with writing_together():
        insert_soon(make_event(contact))
        with pytest.raises(ZeroDivisionError), transaction.atomic(savepoint=False):
            raise ZeroDivisionError
    assert kinds() == []


def test_any_other_statement_finds_what_waited_before_it():
    contact = ContactFactory()
    with writing_together():
        insert_soon(make_event(contact))
        assert kinds() == ["created"]
        insert_soon(make_event(contact, "changed"))
        assert [row.kind for row in ContactEvent.objects.order_by("pk").iterator(chunk_size=1)] == [
            "created",
            "changed",
        ]
        insert_soon(make_event(contact, "merged"))
        with transaction.atomic():
            assert kinds() == ["created", "changed", "merged"]
        insert_soon(make_event(contact, "archived"))
        sql = "SELECT count(*) FROM contacts_contactevent"
        assert execute(connection, sql, [], keeps_plan=True).fetchone()[0] == 4


def test_a_row_is_told_its_key_if_it_needs_it():
    first, second = InquiryFactory(), InquiryFactory()
    values = {field.attname: getattr(second, field.attname) for field in Inquiry._meta.concrete_fields}
    row = Inquiry(**{**values, "id": None})
    with writing_together():
        insert_soon(row, needs_key=True)
        event = make_event(ContactFactory())
        insert_soon(event)
        assert (event.pk is None) == WAITS
    assert row.pk not in (None, first.pk, second.pk)
    assert stored(row) == stored(second)


def test_after_an_error_nothing_is_written():
    contact = ContactFactory()
    with pytest.raises(ZeroDivisionError), writing_together():
        insert_soon(make_event(contact))
        raise ZeroDivisionError
    assert (kinds(), writes_wait(connection)) == ([], False)
    with writing_together():
        pass
    assert kinds() == []


def test_what_was_left_by_a_savepoint_is_not_written():
    contact = ContactFactory()
    with writing_together():
        insert_soon(make_event(contact))
        with pytest.raises(ZeroDivisionError), writing_together():
            insert_soon(make_event(contact, "changed"))
            raise ZeroDivisionError
        insert_soon(make_event(contact, "archived"))
    assert kinds() == ["created", "archived"]


def test_a_refused_row_is_raised_where_it_leaves():
    contact = ContactFactory()
    values = {"pro": contact.pro, "contact": contact, "channel": "email", "external_id": "same@example.org"}
    with pytest.raises(IntegrityError), writing_together():
        insert_soon(make_event(contact))
        insert_soon(ContactIdentity(**values))
        insert_soon(ContactIdentity(**values))
    assert (kinds(), writes_wait(connection)) == ([], False)


def test_outside_of_a_block_nothing_waits():
    contact = ContactFactory()
    with transaction.atomic():
        event = make_event(contact)
        insert_soon(event)
        assert event.pk == ContactEvent.objects.get().pk
        write_soon(connection, "UPDATE contacts_contact SET unread_count = %s", [3])
        sql = "UPDATE contacts_contact SET unread_count = unread_count + %s"
        assert write_now(connection, sql, [4]).rowcount == 1
    assert Contact.objects.get().unread_count == 7


def test_questions_are_answered_once_in_their_order():
    contact = ContactFactory()
    asked = [("SELECT kind FROM contacts_contactevent WHERE contact_id = %s", [key(contact)])]
    with writing_together():
        insert_soon(make_event(contact))
        ask_ahead([ask_book(contact.pro_id), *asked])
        hold_book(contact.pro_id)
        insert_soon(make_event(contact, "changed"))
        first = execute(connection, *asked[0], keeps_plan=True).fetchall()
        second = execute(connection, *asked[0], keeps_plan=True).fetchall()
    # Asked ahead, before the second row; then anew.
    assert first == ([("created",)] if WAITS else [("created",), ("changed",)])
    assert second == [("created",), ("changed",)]


def test_an_answer_is_only_for_the_same_values():
    mine, other = ProFactory(name="Mine"), ProFactory(name="Other")
    sql = "SELECT name FROM accounts_pro WHERE id = %s"
    with writing_together():
        ask_ahead([(sql, [mine.pk])])
        assert execute(connection, sql, [other.pk], keeps_plan=True).fetchall() == [("Other",)]
        assert execute(connection, sql, [mine.pk], keeps_plan=True).fetchall() == [("Mine",)]


def test_an_answer_ends_with_its_transaction():
    pro = ProFactory(name="Before")
    asked = ("SELECT name FROM accounts_pro WHERE id = %s", [pro.pk])
    with writing_together():
        ask_ahead([asked])
    pro.name = "After"
    pro.save()
    with writing_together():
        assert execute(connection, *asked, keeps_plan=True).fetchall() == [("After",)]


def test_a_wrong_question_is_an_error_of_django():
    with pytest.raises(Exception, match=r"no such column|does not exist") as raised, writing_together():
        ask_ahead([("SELECT missing FROM accounts_pro", [])])
        execute(connection, "SELECT missing FROM accounts_pro", [], keeps_plan=True)
    assert type(raised.value).__module__ == "django.db.utils"
    with writing_together():
        assert execute(connection, "SELECT 1", [], keeps_plan=True).fetchall() == [(1,)]


def key(contact):
    return contact.pk if WAITS else contact.pk.hex
