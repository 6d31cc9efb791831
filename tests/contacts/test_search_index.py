"""The index behind the search of contacts: used for every list of them, beside the order of the list."""

import uuid

import pytest
from django.db import connection

from contacts.models import Contact

from ..factories import ContactFactory


@pytest.mark.thorough
def test_an_index_finds_it_whatever_the_order(crowd, plan):
    for term in ("zoe zimmermann12", "lefevre4321@", "06 12 34 56 78", "東京都"):
        rows = Contact.objects.for_pro(crowd).search(term)
        for query in (rows, rows.newest_first()[:20], rows.filter(status="prospect").newest_first()[:20]):
            query_plan = plan(query)
            if connection.vendor == "postgresql":
                assert "Index Scan on contact_search" in query_plan, query_plan
                for line in filter(lambda line: "Index Cond" in line, query_plan.splitlines()):
                    assert f"((pro_id = '{crowd.pk}'::bigint) AND (search_text ~~ '%" in line, query_plan
            else:
                assert "SCAN contacts_search VIRTUAL TABLE" in query_plan, query_plan
                assert "SEARCH contacts_contact USING INDEX sqlite_autoindex_contacts_contact_1 (id=?)" in query_plan, (
                    query_plan
                )


def test_the_list_is_read_in_its_order(crowd, plan):
    rows = Contact.objects.for_pro(crowd)
    for query in (rows, rows.search("ab"), rows.search("example.org")):
        query_plan = plan(query.newest_first()[:20])
        assert "contact_newest" in query_plan and "sort" not in query_plan.lower() and "ORDER BY" not in query_plan, (
            query_plan
        )


@pytest.mark.thorough
def test_the_stored_texts_are_what_plain_sql_would_write(crowd):
    rows = list(Contact.objects.order_by("email")[:50])
    assert [row.search_text for row in rows] == [row.make_search_text() for row in rows]


def test_one_id_after_another_is_another(pro):
    key = uuid.uuid4()
    for name in ("First", "Second"):
        Contact.objects.filter(pk=key).delete()
        ContactFactory(pro=pro, id=key, name=name)
    names = {text: [row.name for row in Contact.objects.search(text)] for text in ("first", "second")}
    assert names == {"first": [], "second": ["Second"]}
