"""The search index of each table: in step with the rows however they are written, whatever is typed, and kept."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from config.search.folding import fold
from contacts.models import Contact

from ..factories import ProFactory
from .rows import MODELS, add, texts

pytestmark = pytest.mark.dialect

EACH_MODEL = pytest.mark.parametrize("model", MODELS, ids=[model.__name__ for model in MODELS])
STORED = [
    "Hélène Œuvrard",
    "50% off",
    "5000 off",
    "a_b",
    "axb",
    "O'Neil",
    'say "hi"',
    'say ""hi""',
    "back\\slash",
    "star * star",
    "^start",
    "-minus -not",
    "Ann OR Bob",
    "Ann NOT Bob",
    "NEAR(ann bob, 3)",
    "search_text: {col} : x",
    "[a-z] (in brackets) question?",
    "😀😀😀😀 smile",
    "👩‍👩‍👧 family",
    "مُحَمَّد علي",
    "\u202eRTL\u202c",
    "zero\u200bwidth",
    "東京都庁",
    "; DROP TABLE contacts_contact; --",
    "%s %d {} %%",
    "1" * 5_000,
    "x" * 5_000,
]
TYPED = """
% _ \\ ' " "" * ^ - + ( ) ? [ ] { } : ; , é OR AND NOT NEAR near( "ann ann" ann* ^ann search_text: rowid {col} %% \\%
%_% a%b --- 😀 😀😀😀 👩‍👩‍👧 محمد علي \u200b \u200bwid \u202ertl 東 東京 東京都 slash drop %s {} 111 5000 0
""".split()  # noqa: SIM905


def rows_of(model, pro):
    return model.objects.for_pro(pro)


@EACH_MODEL
def test_it_follows_every_way_of_writing(model, pro):
    def search(text):
        return texts(rows_of(model, pro), text)

    one, two, three = add(model, pro, "bulk one", "bulk two", "bulk three")
    assert search("bulk") == ["bulk one", "bulk three", "bulk two"]
    model.objects.filter(pk=one.pk).update(search_text="other")
    two.search_text = "second"
    model.objects.bulk_update([two], ["search_text"])
    assert (search("bulk"), search("other"), search("second")) == (["bulk three"], ["other"], ["second"])
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        rows_of(model, pro).delete()
        assert search("other") == []
        raise ZeroDivisionError
    assert search("other") == ["other"]
    three.delete()
    assert (search("bulk"), search("second")) == ([], ["second"])


@EACH_MODEL
def test_another_pros_row_with_the_same_words_is_never_found(model, pro):
    add(model, pro, "a kitchen of mine")
    add(model, other := ProFactory(), "a kitchen of theirs")
    for typed in ("kitchen", "a", "kitchen of", ""):
        assert texts(rows_of(model, pro), typed) == ["a kitchen of mine"], typed
        assert texts(rows_of(model, other), typed) == ["a kitchen of theirs"], typed
    assert texts(rows_of(model, pro), "theirs") == []


@EACH_MODEL
def test_whatever_is_typed_finds_what_plain_python_finds(model, pro, subtests):
    stored = [fold(text) for text in STORED]
    add(model, pro, *stored)
    parts = [text[1:5] for text in STORED]
    for typed in [*STORED, *TYPED, *parts, "1" * 5_001, "ann bob", "off 50%"]:
        with subtests.test(typed[:20]):
            words = fold(typed).split()
            expected = sorted(text for text in stored if all(word in text for word in words))
            assert texts(rows_of(model, pro), typed) == expected


@EACH_MODEL
def test_what_no_database_holds_is_not_found(model, pro):
    add(model, pro, "a b")
    for typed in ("\0", "a\0b", "a \0", "\ud800", "a \udfff"):
        assert texts(rows_of(model, pro), typed) == [], repr(typed)


@EACH_MODEL
def test_what_is_common_is_found_as_well(model, pro, monkeypatch):
    monkeypatch.setattr("config.search.sqlite.RARE", 3)
    add(model, pro, "marie one", "marie two", "marie three", "zoe")
    matches = [len(texts(rows_of(model, pro), typed)) for typed in ("marie", "marie one", "zoe", "mar zoe")]
    assert matches == [3, 1, 1, 0]


# --- How it is kept


@pytest.fixture
def on_sqlite():
    if connection.vendor != "sqlite":
        pytest.skip("SQLite's own")


@pytest.fixture
def on_postgresql():
    if connection.vendor != "postgresql":
        pytest.skip("PostgreSQL's own")


def counts(model):
    """Return the numbers of rows of the full-text table and of the table of their numbers, as a set."""
    table = model.search_index.full_text_table
    names = [table.name] if table.has_integer_key else [table.name, table.number_table]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(f'(SELECT count(*) FROM {name})' for name in names)}")  # noqa: S608
        return set(cursor.fetchone())


@EACH_MODEL
@pytest.mark.django_db(transaction=True)
def test_the_number_of_a_row_outlives_a_vacuum(on_sqlite, model, pro):
    rows = add(model, pro, *(f"number {n}" for n in range(5)))
    model.objects.filter(pk__in=[rows[0].pk, rows[3].pk]).delete()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
    matches = [texts(rows_of(model, pro), f"number {n}") for n in range(5)]
    assert matches == [[], ["number 1"], ["number 2"], [], ["number 4"]]


@EACH_MODEL
@pytest.mark.django_db(transaction=True)
def test_a_flush_leaves_nothing(on_sqlite, model, pro):
    add(model, pro, "one")
    before = counts(model)
    call_command("flush", interactive=False, verbosity=0)
    assert (before, counts(model)) == ({1}, {0})


@EACH_MODEL
@pytest.mark.django_db(transaction=True)
def test_after_a_migration_that_rebuilt_the_table_it_is_whole(on_sqlite, model, pro):
    [before] = add(model, pro, "before")
    field = model._meta.get_field("search_text")
    with connection.schema_editor() as editor:
        editor._remake_table(model, alter_fields=[(field, field)])
    add(model, pro, "between")
    model.objects.filter(pk=before.pk).update(search_text="changed")
    assert texts(rows_of(model, pro), "between") == texts(rows_of(model, pro), "changed") == []
    call_command("migrate", verbosity=0)
    matches = [texts(rows_of(model, pro), typed) for typed in ("between", "changed", "before")]
    assert matches == [["between"], ["changed"], []]
    add(model, pro, "after")
    assert (texts(rows_of(model, pro), "after"), counts(model)) == (["after"], {3})


def test_sqlite_is_told_how_many_rows_a_pro_has(on_sqlite, db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT idx, stat FROM sqlite_stat1")
        statistics = dict(cursor.fetchall())
    assert {
        name: statistics.get(name) for name in ("contact_newest", "request_newest_by_status", "inquiry_by_type")
    } == {
        "contact_newest": "900000 9000 1 1",
        "request_newest_by_status": "900000 9000 8000 1 1",
        "inquiry_by_type": "1000000 10000 8000 1 1 1",
    }


def test_postgresql_puts_what_is_written_into_place_at_once(on_postgresql, db):
    names = [model.search_index.name for model in MODELS]
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, reloptions FROM pg_class WHERE relname = ANY(%s)", [names])
        assert dict(cursor.fetchall()) == {name: ["fastupdate=off"] for name in names}


@pytest.mark.django_db(transaction=True)
def test_without_the_extensions_one_line_says_what_to_run(on_postgresql, monkeypatch):
    index = Contact.search_index
    index.drop(connection)
    index.create(connection)  # The extensions stand already: no right is needed.
    with transaction.atomic():
        for name in ("pageinspect", "nothing_like_this"):
            monkeypatch.setattr("config.search.index.EXTENSIONS", [f"CREATE EXTENSION {name}"])
            with pytest.raises(CommandError) as caught, transaction.atomic():
                index.create(connection)
            [line] = str(caught.value).splitlines()
            assert "run: CREATE EXTENSION pg_trgm; CREATE EXTENSION btree_gin;" in line
            assert name in line


@EACH_MODEL
@pytest.mark.django_db(transaction=True)
def test_it_is_made_over_the_rows_that_stand(model, pro):
    model.search_index.drop(connection)
    add(model, pro, "standing")
    model.search_index.create(connection)
    add(model, pro, "later")
    assert [texts(rows_of(model, pro), typed) for typed in ("standing", "later")] == [["standing"], ["later"]]
