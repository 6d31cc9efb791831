"""The index behind the search: used, in step with the contacts however they are written, and kept."""

import uuid

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from contacts import search_index
from contacts.models import Contact
from contacts.search_index import create_search_index, drop_search_index

from ..factories import ContactFactory

# --- However it is written


def names(text):
    return set(Contact.objects.search(text).values_list("name", flat=True))


def test_it_follows_every_way_of_writing(pro):
    rows = [Contact(pro=pro, name=f"Bulk {n}", email=f"b{n}@example.org", search_text=f"bulk {n}") for n in range(3)]
    Contact.objects.bulk_create(rows)
    assert names("bulk") == {"Bulk 0", "Bulk 1", "Bulk 2"}
    Contact.objects.filter(name="Bulk 0").update(search_text="other")
    Contact.objects.filter(name="Bulk 1").update(name="Renamed")
    assert (names("bulk"), names("other")) == ({"Renamed", "Bulk 2"}, {"Bulk 0"})
    rows[2].search_text = "third"
    Contact.objects.bulk_update([rows[2]], ["search_text"])
    assert (names("bulk"), names("third")) == ({"Renamed"}, {"Bulk 2"})
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        Contact.objects.all().delete()
        assert names("third") == set()
        raise ZeroDivisionError
    assert names("third") == {"Bulk 2"}
    Contact.objects.filter(name="Bulk 2").delete()
    assert (names("bulk"), names("third"), names("other")) == ({"Renamed"}, set(), {"Bulk 0"})


def test_one_id_after_another_is_another(pro):
    key = uuid.uuid4()
    for name in ("First", "Second"):
        Contact.objects.filter(pk=key).delete()
        ContactFactory(pro=pro, id=key, name=name)
    assert (names("first"), names("second")) == (set(), {"Second"})


# --- How it is found


def test_an_index_finds_it_whatever_the_order(crowd, plan):
    for term in ("zoe zimmermann12", "lefevre4321@", "06 12 34 56 78", "東京都"):
        rows = Contact.objects.for_pro(crowd).search(term)
        for query in (rows, rows.newest_first()[:20], rows.filter(status="prospect").newest_first()[:20]):
            said = plan(query)
            if connection.vendor == "postgresql":
                assert "Index Scan on contact_search" in said, said
                for line in filter(lambda line: "Index Cond" in line, said.splitlines()):
                    assert f"((pro_id = '{crowd.pk}'::bigint) AND (search_text ~~ '%" in line, said
            else:
                assert "SCAN contacts_search VIRTUAL TABLE" in said, said
                assert "SEARCH contacts_contact USING INDEX sqlite_autoindex_contacts_contact_1 (id=?)" in said, said


def test_the_list_is_read_in_its_order(crowd, plan):
    rows = Contact.objects.for_pro(crowd)
    for query in (rows, rows.search("ab"), rows.search("example.org")):
        said = plan(query.newest_first()[:20])
        assert "contact_newest" in said and "sort" not in said.lower() and "ORDER BY" not in said, said


# --- How it is kept


def test_the_stored_texts_are_what_plain_sql_would_write(crowd):
    rows = list(Contact.objects.order_by("email")[:50])
    assert [row.search_text for row in rows] == [row.make_search_text() for row in rows]


@pytest.fixture
def on_sqlite():
    if connection.vendor != "sqlite":
        pytest.skip("SQLite's own")


def rows_of_the_index():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), (SELECT count(*) FROM contacts_search_row) FROM contacts_search")
        return cursor.fetchone()


@pytest.mark.django_db(transaction=True)
def test_the_key_of_a_row_outlives_a_vacuum(on_sqlite, pro):
    for n in range(6):
        ContactFactory(pro=pro, name=f"Name {n}")
    Contact.objects.filter(name__in=["Name 0", "Name 3"]).delete()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
    assert [names(f"name {n}") for n in range(6)] == [set(), {"Name 1"}, {"Name 2"}, set(), {"Name 4"}, {"Name 5"}]


@pytest.mark.django_db(transaction=True)
def test_a_flush_leaves_nothing(on_sqlite, pro):
    ContactFactory(pro=pro)
    assert rows_of_the_index() == (1, 1)
    call_command("flush", interactive=False, verbosity=0)
    assert rows_of_the_index() == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_after_a_migration_that_rebuilt_the_table_it_is_whole(on_sqlite, pro):
    ContactFactory(pro=pro, name="Before")
    field = Contact._meta.get_field("name")
    with connection.schema_editor() as editor:
        editor._remake_table(Contact, alter_fields=[(field, field)])
    ContactFactory(pro=pro, name="Between")
    Contact.objects.filter(name="Before").update(search_text="changed")
    assert names("between") == names("changed") == set()
    call_command("migrate", verbosity=0)
    assert (names("between"), names("changed"), names("before")) == ({"Between"}, {"Before"}, set())
    ContactFactory(pro=pro, name="After")
    assert (names("after"), rows_of_the_index()) == ({"After"}, (3, 3))


@pytest.mark.django_db(transaction=True)
def test_without_the_extensions_one_line_says_what_to_run(monkeypatch):
    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL's own")
    drop_search_index(connection)
    create_search_index(connection)  # The extensions stand already: no right is needed.
    with transaction.atomic():
        for name in ("pageinspect", "nothing_like_this"):
            monkeypatch.setattr(search_index, "EXTENSIONS", [f"CREATE EXTENSION {name}"])
            with pytest.raises(CommandError) as caught, transaction.atomic():
                create_search_index(connection)
            [line] = str(caught.value).splitlines()
            assert "run: CREATE EXTENSION pg_trgm; CREATE EXTENSION btree_gin;" in line
            assert name in line
