"""The history of an inquiry: copied labels, and append-only rows."""

# ruff: noqa: S608 - nothing of it is typed by anybody
import uuid
from datetime import timedelta
from functools import partial

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from config.accounts.models import ApiToken
from inquiries.history import db_constraints
from inquiries.history.reading import read_history
from inquiries.models import Inquiry, InquiryHistory, PipelineStep
from inquiries.pipeline.moves import move_inquiry

from ..factories import InquiryFactory, ProFactory, UserFactory

pytestmark = pytest.mark.django_db
TABLE = "inquiries_inquiryhistory"
CHANGES = [
    f"UPDATE {TABLE} SET note = 'rewritten'",
    f"UPDATE {TABLE} SET created_at = created_at",
    f"UPDATE {TABLE} SET id = id + 1000",
    f"DELETE FROM {TABLE}",
    f"DELETE FROM {TABLE} WHERE from_status IS NULL",
]
COLUMNS = """\
id, uid, inquiry_id, from_status, from_label, to_status, to_label, changed_by, by_user_id, by_token_id, by_name, note,
created_at"""
COPY = COLUMNS.replace("note,", "'rewritten',")
ANOTHER_ID = COPY.replace("id, uid", "id + 1000, uid", 1)
ON_SQLITE = [
    f"UPDATE OR REPLACE {TABLE} SET note = 'rewritten'",
    f"UPDATE OR IGNORE {TABLE} SET note = 'rewritten'",
    f"REPLACE INTO {TABLE} ({COLUMNS}) SELECT {COPY} FROM {TABLE}",
    f"INSERT OR REPLACE INTO {TABLE} ({COLUMNS}) SELECT {ANOTHER_ID} FROM {TABLE}",
    f"""INSERT INTO {TABLE} ({COLUMNS}) SELECT {COPY} FROM {TABLE} WHERE true
        ON CONFLICT (id) DO UPDATE SET note = 'rewritten'""",
]
ON_POSTGRESQL = [
    f"TRUNCATE {TABLE} CASCADE",
    "TRUNCATE inquiries_inquiry CASCADE",
    f"""INSERT INTO {TABLE} ({COLUMNS}) SELECT {COPY} FROM {TABLE}
        ON CONFLICT (id) DO UPDATE SET note = 'rewritten'""",
]


def run(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


def assert_append_only():
    """Every change of a row is refused; adding one is not."""
    before = list(InquiryHistory.objects.values())
    assert before
    connection.check_constraints()  # PostgreSQL empties no table while there is something to check yet.
    for sql in CHANGES + (ON_SQLITE if connection.vendor == "sqlite" else ON_POSTGRESQL):
        with pytest.raises(IntegrityError, match=r"The history of inquiries is append-only\."), transaction.atomic():
            run(sql)
    assert list(InquiryHistory.objects.values()) == before
    run(f"UPDATE {TABLE} SET note = 'rewritten' WHERE id = -1")
    run(f"DELETE FROM {TABLE} WHERE id = -1")
    inquiry = Inquiry.objects.select_related("step").first()
    move_inquiry(inquiry, to="in_review", by=None)
    assert InquiryHistory.objects.count() == len(before) + 1


# --- What is written


def test_an_entry_is_a_copy_of_what_was(inquiry, inquiry_type, pro):
    user, program = UserFactory(pro=pro, name="Ann"), ApiToken.objects.issue(pro, "Portal", ["inquiries:write"])[0]
    move_inquiry(inquiry, to="in_review", by=user)
    move_inquiry(inquiry, to="answered", by=program)
    inquiry_type.steps.filter(key="submitted").update(label="Arrived")
    PipelineStep.objects.filter(key="in_review").update(label="Read", key="read")
    ids = user.pk, program.pk
    user.name = "Anna"
    user.save()
    program.delete()
    user.delete()
    inquiry_type.steps.filter(key="read").delete()
    got = read_history(inquiry.pk)
    assert [(e.from_status, e.from_label, e.to_status, e.to_label) for e in got] == [
        (None, "", "submitted", "Submitted"),
        ("submitted", "Submitted", "in_review", "In Review"),
        ("in_review", "In Review", "answered", "Answered"),
    ]
    assert [(e.by_user_id, e.by_token_id, e.by_name) for e in got] == [
        (None, None, ""),
        (ids[0], None, "Ann"),
        (None, ids[1], "Portal"),
    ]
    assert {e.inquiry_id for e in got} == {inquiry.pk} and len({e.uid for e in got}) == 3
    assert [e.created_at for e in got] == sorted(e.created_at for e in got)


def test_each_inquiry_has_its_own(inquiry, inquiry_type):
    other = InquiryFactory(pro=ProFactory(), inquiry_type=inquiry_type)
    move_inquiry(other, to="in_review", by=None)
    assert [e.to_status for e in read_history(inquiry.pk)] == ["submitted"]
    assert [e.to_status for e in read_history(other.pk)] == ["submitted", "in_review"]
    assert read_history(10**9) == []


def test_the_order_is_that_of_writing_whatever_a_clock_says(inquiry):
    first = read_history(inquiry.pk)[0]
    for key, seconds in (("in_review", -5), ("answered", 5), ("closed", 5)):
        at = first.created_at + timedelta(seconds=seconds)
        InquiryHistory.objects.create(inquiry=inquiry, from_status="x", to_status=key, to_label="X", created_at=at)
    assert [e.to_status for e in read_history(inquiry.pk)] == ["submitted", "in_review", "answered", "closed"]


def test_a_long_name_is_kept_whole(inquiry, pro):
    user = UserFactory(pro=pro, name="n" * 200)
    move_inquiry(inquiry, to="in_review", by=user)
    nameless = UserFactory(pro=pro, name="", email="e" * 242 + "@example.com")
    move_inquiry(inquiry, to="answered", by=nameless)
    assert [e.by_name for e in read_history(inquiry.pk)] == ["", "n" * 200, nameless.email]


def test_reading_is_one_query(inquiry, django_assert_num_queries):
    for key in ("in_review", "answered", "closed"):
        move_inquiry(inquiry, to=key, by=None)
    with django_assert_num_queries(1):
        assert len(read_history(inquiry.pk)) == 4


# --- What cannot be changed


def test_raw_sql_cannot_change_it(inquiry):
    assert_append_only()


def test_neither_can_the_models(inquiry):
    row = InquiryHistory.objects.get()
    row.note = "rewritten"
    for work in (
        row.save,
        row.delete,
        InquiryHistory.objects.all().delete,
        lambda: InquiryHistory.objects.update(note="rewritten"),
        lambda: InquiryHistory.objects.bulk_update([row], ["note"]),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            work()
    assert InquiryHistory.objects.get().note == "Inquiry created"


def test_one_entry_is_not_written_twice(inquiry):
    row = InquiryHistory.objects.get()
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)
    row.uid = uuid.uuid4()
    row.save(force_insert=True)
    assert InquiryHistory.objects.count() == 2


# --- Whatever becomes of the table


def rebuild():
    """Rebuild the table as a migration does on SQLite; PostgreSQL never does."""
    field = InquiryHistory._meta.get_field("note")
    with connection.schema_editor() as editor:
        editor._remake_table(InquiryHistory, alter_fields=[(field, field)])


@pytest.mark.django_db(transaction=True)
def test_after_a_migration_that_rebuilt_the_table_it_is_append_only(inquiry):
    if connection.vendor == "sqlite":
        rebuild()
        run(f"UPDATE {TABLE} SET note = 'rewritten'")  # The triggers are gone, as SQLite has it.
    else:
        db_constraints.release(connection)
        run(f"UPDATE {TABLE} SET note = 'rewritten'")
    call_command("migrate", verbosity=0)
    assert_append_only()


@pytest.mark.django_db(transaction=True)
def test_a_weakened_trigger_is_replaced(inquiry):
    name = next(iter(db_constraints.TRIGGERS[connection.vendor]))
    db_constraints.release(connection)
    if connection.vendor == "sqlite":
        run(f"CREATE TRIGGER {name} BEFORE UPDATE ON {TABLE} WHEN false BEGIN SELECT 1; END")
    else:
        run("CREATE FUNCTION inquiry_history_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'")
        run(f"CREATE TRIGGER {name} {db_constraints.TRIGGERS['postgresql'][name][1]}")
        run(f"ALTER TABLE {TABLE} DISABLE TRIGGER {name}")
    run(f"UPDATE {TABLE} SET note = 'rewritten'")
    call_command("migrate", verbosity=0)
    assert_append_only()


# What may outlive a table; nothing of it belongs to the apps that stay.
TRIGGERS_AND_FUNCTIONS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": """
        SELECT tgname FROM pg_trigger WHERE NOT tgisinternal
        UNION SELECT proname FROM pg_proc JOIN pg_language ON pg_language.oid = prolang
        WHERE lanname = 'plpgsql' AND pronamespace = 'public'::regnamespace""",
}


@pytest.mark.postgresql
@pytest.mark.released_migration
@pytest.mark.django_db(transaction=True)
def test_the_apps_migrate_away(inquiry, migrate):
    """Nothing of them is left: they can be migrated as on the first day. `migrate` gives the test database back."""
    call_command("migrate", "contacts", "zero", verbosity=0)  # And with it all that depends on contacts.
    call_command("migrate", "audit", "zero", verbosity=0)
    apps = ("contacts_", "contact_requests_", "inquiries_", "audit_")
    assert [name for name in connection.introspection.table_names() if name.startswith(apps)] == []
    with connection.cursor() as cursor:
        cursor.execute(TRIGGERS_AND_FUNCTIONS[connection.vendor])
        assert cursor.fetchall() == []


# --- Emptying the database


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("inhibit_post_migrate", [False, True])
def test_a_flush_empties_it_and_leaves_it_append_only(inquiry, inhibit_post_migrate):
    call_command("flush", interactive=False, verbosity=0, inhibit_post_migrate=inhibit_post_migrate)
    assert (Inquiry.objects.count(), InquiryHistory.objects.count()) == (0, 0)
    InquiryFactory()
    assert_append_only()
    call_command("migrate", verbosity=0)  # What the flush without its signal left out.


@pytest.mark.django_db(transaction=True)
def test_a_flush_that_is_not_confirmed_changes_nothing(inquiry, monkeypatch, capsys):
    monkeypatch.setattr("builtins.input", lambda _question: "no")
    call_command("flush")
    assert capsys.readouterr().out == "Flush cancelled.\n"
    assert_append_only()


@pytest.mark.django_db(transaction=True)
def test_a_flush_that_fails_leaves_it_append_only(inquiry, monkeypatch):
    def broken(*args, **options):
        raise ZeroDivisionError

    monkeypatch.setattr("django.core.management.commands.flush.sql_flush", broken)
    with pytest.raises(ZeroDivisionError):
        call_command("flush", interactive=False, verbosity=0)
    assert_append_only()
    monkeypatch.undo()


@pytest.mark.django_db(transaction=True)
def test_a_dump_can_be_loaded(inquiry, tmp_path):
    before, after = tmp_path / "before.json", tmp_path / "after.json"
    counts = ["inquiries.inquirycount", "inquiries.inquiryweekcount"]
    dump = partial(call_command, "dumpdata", "accounts", "inquiries", exclude=counts, verbosity=0)
    dump(output=str(before))
    call_command("flush", interactive=False, verbosity=0)
    call_command("loaddata", str(before), verbosity=0)
    dump(output=str(after))
    call_command("recount", "--check", verbosity=0)
    # A time with no whole millisecond but microseconds is written as ".000", and so not the second time.
    texts = [path.read_text().replace(".000Z", "Z") for path in (before, after)]
    assert texts[0] == texts[1] and str(InquiryHistory.objects.get().uid) in after.read_text()
    assert_append_only()
