"""Query plans of a search among 20,000 rows: each database uses the search index."""

import pytest
from django.db import connection

from contacts.models import ContactMessage

from ..factories import ProFactory
from .rows import MODELS, add, crowd, texts

COUNT = 20_000


@pytest.fixture(params=MODELS, ids=[model.__name__ for model in MODELS])
def model(request):
    return request.param


@pytest.fixture
def busy_pro(db, model):
    """A Pro with half of the rows."""
    pros = [ProFactory() for _n in range(11)]
    crowd(model, pros, COUNT)
    return pros[0]


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


@pytest.mark.parametrize("model", [ContactMessage], ids=["ContactMessage"], indirect=True)
def test_conversations_are_read_from_both_indexes(model, busy_pro):
    [message] = add(ContactMessage, busy_pro, "an old word")
    conversations = ContactMessage.objects.search_conversations(busy_pro, "old word")
    assert list(conversations) == [message.contact]
    plan = conversations.filter(last_message_at__isnull=False).order_by("-last_message_at", "-id")[:26].explain()
    assert_index_used(plan, ContactMessage, busy_pro)
    if connection.vendor == "sqlite":
        assert "SCAN contacts_search VIRTUAL TABLE" in plan, plan
