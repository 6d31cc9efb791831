"""Query plans of a search among 20,000 rows: each database uses the search index."""

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config.search.found import find_keys
from config.search.query import read_query
from contacts.models import Contact, ContactMessage

from ..benchmarks.plans import explain
from ..factories import ProFactory
from ..isolation import rolled_back
from .rows import MODELS, add, crowd, texts

pytestmark = [pytest.mark.django_db, pytest.mark.dialect]

COUNT = 20_000


@pytest.fixture(params=MODELS, ids=[model.__name__ for model in MODELS], scope="module")
def model(request):
    return request.param


@pytest.fixture(scope="module")
def busy_pro(module_rows, model):
    """A Pro with half of the rows."""
    with rolled_back():
        pros = [ProFactory() for _n in range(11)]
        crowd(model, pros, COUNT)
        yield pros[0]


def assert_index_used(plan, model, pro):
    index = model.search_index
    if connection.vendor == "postgresql":
        assert f"Index Scan on {index.name}" in plan, plan
        assert f"(pro_id = '{pro.pk}'::bigint) AND (search_text ~~ '%" in plan, plan
    else:
        uuid_key = f"INDEX sqlite_autoindex_{index.table}_1 (id=?)"
        key = "INTEGER PRIMARY KEY (rowid=?)" if index.has_integer_key else uuid_key
        assert f"SCAN {index.full_text} VIRTUAL TABLE" in plan, plan
        assert f"USING {key}" in plan, plan


def test_a_search_is_read_from_the_index(model, busy_pro):
    rows = model.objects.for_pro(busy_pro)
    assert texts(rows, "jan number 12344") == ["jan de vries number 12344"]
    assert texts(rows, "number 12345") == []
    search = rows.search("vries 12344")
    lists = [search, search.order_by("-created_at", "-id")[:26], search.order_by("-created_at", "-id").values("pk")]
    if model is not ContactMessage:
        lists.append(search.filter(status=model._meta.get_field("status").default).order_by("-created_at", "-id")[:26])
    for rows in lists:
        assert_index_used(rows.explain(), model, busy_pro)


def test_the_page_and_the_number_of_all_are_one_search(model, busy_pro):
    found = model.objects.for_pro(busy_pro).search("number 12344").order_by("-created_at", "-id")
    with CaptureQueriesContext(connection) as queries:
        assert find_keys(found, 0, 20) == ([found.get().pk], 1)
    [sql] = [query["sql"] for query in queries if "ORDER BY" in query["sql"]]
    assert_index_used(explain(sql), model, busy_pro)


@pytest.mark.parametrize("typed", ["ri", "--", "ri 14"])
def test_for_two_letters_the_rows_of_the_pro_are_read(model, busy_pro, typed):
    rows = model.objects.for_pro(busy_pro)
    plan = (
        rows.filter(model.search_index.matching(read_query(typed).words(), rows.db)).order_by("-created_at").explain()
    )
    # PostgreSQL would go through the whole index for it, of all Pros.
    assert "search_text ~~" not in plan and "VIRTUAL TABLE" not in plan, plan
    expected = [text for n in range(0, COUNT, 2) if holds(text := f"jan de vries number {n}", typed)]
    assert texts(rows, typed) == sorted(expected)


def holds(text, typed):
    return all(word in text for word in typed.split())


@pytest.mark.parametrize("model", [Contact], ids=["Contact"], indirect=True)
def test_conversations_with_two_letters_are_read_in_their_order(model, busy_pro):
    Contact.objects.for_pro(busy_pro).update(last_word_at=F("created_at"))
    [message] = add(ContactMessage, busy_pro, "xy")
    Contact.objects.filter(pk=message.contact_id).update(last_word_at=timezone.now())
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE contacts_contact")
    conversations = ContactMessage.objects.search_conversations(busy_pro, "xy")
    assert conversations.conversations(None, 25) == ([message.contact], False)
    plan = conversations.filter(last_word_at__isnull=False).order_by("-last_word_at", "-id")[:26].explain()
    assert "contact_last_word_at" in plan, plan
    # "hashed": all messages would be read before the first conversation.
    assert "Sort" not in plan and "TEMP B-TREE" not in plan and "hashed" not in plan, plan


@pytest.mark.parametrize("model", [ContactMessage], ids=["ContactMessage"], indirect=True)
def test_conversations_are_read_from_both_indexes(model, busy_pro):
    [message] = add(ContactMessage, busy_pro, "an old word")
    conversations = ContactMessage.objects.search_conversations(busy_pro, "old word")
    assert list(conversations) == [message.contact]
    plan = conversations.filter(last_word_at__isnull=False).order_by("-last_word_at", "-id")[:26].explain()
    assert_index_used(plan, ContactMessage, busy_pro)
    if connection.vendor == "sqlite":
        assert "SCAN contacts_search VIRTUAL TABLE" in plan, plan
