"""The staff admin over tables of any size: every list is read in an index's order, and counted up to a bound."""

from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_tasks_db.models import DBTaskResult

from config.accounts.models import User
from config.web import admin_bounds
from contact_requests.models import ContactRequest

from ..admin_site import listed, page, shown, staff_client
from ..factories import ProFactory, RequestFactory, UserFactory
from ..pages import Page

# The library has no index on the times of its jobs; done ones are deleted after a while.
SORTED = {DBTaskResult}
pytestmark = pytest.mark.dialect

LARGE = [model for model, rows in admin.site._registry.items() if not rows.is_small and model not in SORTED]


def explain(sql):
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}")
        return [row[0].strip(" ->") for row in cursor.fetchall()]


def test_every_list_counts_to_a_bound_in_few_queries(db, case):
    client = staff_client("all", is_superuser=True)
    for model in admin.site._registry:
        with case(model._meta.label):
            with CaptureQueriesContext(connection) as captured:
                assert client.get(page(model, "changelist")).status_code == 200
            counts = [query["sql"] for query in captured if "COUNT(" in query["sql"]]
            assert (len(counts), ["LIMIT 10001" in sql for sql in counts]) == (1, [True])
            assert len(captured) <= 12


@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="plans of PostgreSQL")
def test_every_list_of_a_large_table_is_read_in_the_order_of_an_index(db, case, rf):
    with connection.cursor() as cursor:
        # An empty table would be sorted; with these the planner sorts only where no index has the order.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
    for model in LARGE:
        with case(model._meta.label):
            request = rf.get("/")
            request.user = UserFactory.build(is_superuser=True, is_staff=True)
            rows = admin.site.get_model_admin(model).get_changelist_instance(request).queryset[:50]
            with CaptureQueriesContext(connection) as captured:
                list(rows)
            plan = explain(captured[0]["sql"])
            assert [line for line in plan if line.startswith("Sort  (")] == [], plan


def test_related_rows_of_large_tables_are_looked_for(db, case, rf):
    request = rf.get("/")
    request.user = UserFactory(is_superuser=True, is_staff=True)
    for model, rows in admin.site._registry.items():
        for field in model._meta.fields:
            related = admin.site._registry.get(getattr(field.remote_field, "model", None))
            if related is None or not field.formfield():
                continue
            with case(f"{model._meta.label}.{field.name}"):
                widget = rows.formfield_for_foreignkey(field, request).widget
                assert isinstance(widget, admin_bounds.FindSelect) is not related.is_small


def test_a_list_says_that_there_are_more_rows(db, monkeypatch):
    monkeypatch.setattr(admin_bounds, "MOST_ROWS", 2)
    rows = [RequestFactory() for _number in range(3)]
    client = staff_client("all")
    response = client.get(page(ContactRequest, "changelist"))
    assert "Only the first 2 are listed. Filter or search to reach the others." in Page(response).text
    data = {"action": "mark_read", "select_across": "1", "_selected_action": str(rows[0].pk)}
    response = client.post(page(ContactRequest, "changelist"), data, follow=True)
    assert shown(response) == ["These are too many rows at once. Filter the list, or choose single rows."]
    assert set(ContactRequest.objects.values_list("status", flat=True)) == {"new"}


def test_what_a_search_finds_is_sorted_and_no_order_is_searched_through(db):
    client = staff_client("all")
    found = [RequestFactory(name=f"Zoé {number:03d}") for number in range(53)]
    RequestFactory(name="Somebody else")
    assert listed(client, ContactRequest, q="zoé") == found[:2:-1]
    with CaptureQueriesContext(connection) as captured:
        assert listed(client, ContactRequest, q="zoé", p="2") == found[2::-1]
    start = 'SELECT "contact_requests_contactrequest"."id"'
    keys, rows = [query["sql"] for query in captured if query["sql"].startswith(start)]
    # Their number has the database find all of them before it sorts.
    assert "zoe" in keys and "COUNT(*) OVER ()" in keys and '."name",' not in keys
    assert "zoe" not in rows and '."name",' in rows


def offered(filters):
    """Ids of the Pros that a filter offers."""
    queries = [parse_qs(urlsplit(link["href"]).query) for link in filters.all("a")]
    return {int(id) for query in queries for id in query.get("pro__id__exact", [])}


def test_a_filter_finds_a_pro_among_many(db, monkeypatch):
    monkeypatch.setattr(admin_bounds, "MOST_CHOICES", 2)
    pros = [ProFactory(name=f"Office {town}") for town in ("Aix", "Brest", "Caen", "Dijon")]
    users = [UserFactory(pro=pro) for pro in pros]
    client = staff_client("all")
    filters = Page(client.get(page(User, "changelist"))).one("#changelist-filter")
    assert offered(filters) == {pros[0].pk, pros[1].pk}
    assert filters.has("input[name=find_pro]")
    found = Page(client.get(page(User, "changelist"), {"find_pro": "ffice dij"})).one("#changelist-filter")
    assert offered(found) == {pros[3].pk}
    assert users[3] in listed(client, User, pro__id__exact=str(pros[3].pk), find_pro="ffice dij")
    chosen = Page(client.get(page(User, "changelist"), {"pro__id__exact": str(pros[3].pk)})).one("#changelist-filter")
    assert pros[3].pk in offered(chosen)
