"""The lists of who waits take as many queries for many as for few, and are read from their index, in its order.

The tables are filled and analyzed, and nothing is forbidden to the planner.
"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.models import Contact
from contacts.waiting.counting import count_later, count_waiting
from contacts.waiting.listing import list_done, list_later, list_waiting
from contacts.waiting.sentence import describe_waiting

from ...benchmarks.fill import fill, fill_waiting, without_search_index
from ...benchmarks.plans import explain
from ..messaging import arrive

pytestmark = pytest.mark.django_db

TABLES = "contacts_waitingitem", "contacts_contact"


@pytest.fixture(scope="module")
def crowd(module_rows):
    """A Pro with 1,200 contacts among 18,000, each with two items that wait, one put off and two that ended."""
    with without_search_index(Contact):
        pro = fill(contacts=18_000, pros=20, largest=1200)
    fill_waiting(listed=2, later=1, ended=2)
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"ANALYZE {table}")
    return pro


def page_of_waiting(pro):
    """All that the page of who waits reads."""
    counts = count_waiting(pro)
    return list_waiting(pro), counts, count_later(pro), describe_waiting(pro, counts)


def queries_of(read, *arguments):
    with CaptureQueriesContext(connection) as queries:
        result = read(*arguments)
    return [query["sql"] for query in queries], result


def test_a_page_takes_as_many_queries_for_many_as_for_few(crowd, pro, telegram):
    for _number in range(2):
        arrive(telegram)
    few, _result = queries_of(page_of_waiting, pro)
    many, (page, counts, later, sentence) = queries_of(page_of_waiting, crowd)
    assert len(few) == len(many) <= 6
    assert (len(page.rows), page.rows[0].count, counts.all, later) == (25, 2, 1000, 1000)
    assert sentence == "999+ people have waited since yesterday or longer."


@pytest.mark.parametrize(
    ("read", "index"),
    [(list_waiting, "waiting_list"), (list_later, "waiting_later"), (list_done, "waiting_done")],
)
def test_each_list_is_read_from_its_index_without_a_sort(crowd, read, index):
    (first, *_others), page = queries_of(read, crowd)
    (deep, *_others), _page = queries_of(read, crowd, page.next_cursor)
    for sql in (first, deep):
        plan = explain(sql)
        own = plan.split("SubPlan")[0].split("CORRELATED")[0]
        assert index in plan, plan
        assert "Seq Scan on contacts_waitingitem" not in plan and "SCAN contacts_waitingitem" not in plan, plan
        # A subquery may sort the few items of one contact; the list itself is not sorted.
        assert "Sort" not in own and "TEMP B-TREE" not in own, plan
