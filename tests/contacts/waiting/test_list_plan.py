"""The lists of who waits take as many queries for many as for few, and are read from their index, in its order.

The tables are filled and analyzed, and nothing is forbidden to the planner.
"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.accounts.models import Pro
from contacts.models import Contact, WaitingItem
from contacts.waiting.counting import count_later, count_waiting
from contacts.waiting.listing import list_done, list_later, list_waiting
from contacts.waiting.sentence import describe_waiting

from ...benchmarks.fill import fill, fill_waiting, without_search_index
from ...benchmarks.plans import explain
from ...factories import UserFactory
from ..messaging import arrive

pytestmark = pytest.mark.django_db

TABLES = "contacts_waitingitem", "contacts_contact"


def assign_two_thirds():
    """In each office every third contact is nobody's, and the others are of two colleagues."""
    for pro in Pro.objects.all():
        ids = list(Contact.objects.for_pro(pro).order_by("pk").values_list("pk", flat=True))
        for start, user in enumerate(UserFactory.create_batch(2, pro=pro)):
            WaitingItem.objects.filter(contact__in=ids[start::3]).update(assigned_to=user)


@pytest.fixture(scope="module")
def crowd(module_rows):
    """A Pro with 1,200 contacts among 7,200, each with two items that wait, one put off and two that ended."""
    with without_search_index(Contact):
        pro = fill(contacts=7_200, pros=20, largest=1200)
    fill_waiting(listed=2, later=1, ended=2)
    assign_two_thirds()
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


@pytest.mark.thorough
def test_a_page_takes_as_many_queries_for_many_as_for_few(crowd, pro, telegram):
    for _number in range(2):
        arrive(telegram)
    few, _result = queries_of(page_of_waiting, pro)
    many, (page, counts, later, sentence) = queries_of(page_of_waiting, crowd)
    assert len(few) == len(many) <= 6
    assert (len(page.rows), page.rows[0].count, counts.all, later) == (25, 2, 1000, 1000)
    assert sentence == "999+ people have waited since yesterday or longer."


def list_mine(pro, *cursor):
    return list_waiting(pro, *cursor, whose=(pro.users.earliest("pk").pk,))


def list_nobodys(pro, *cursor):
    return list_waiting(pro, *cursor, whose=(None,))


@pytest.mark.thorough
def test_people_of_one_colleague_are_counted_as_all_are(crowd):
    user = crowd.users.earliest("pk")
    whose = ((), (user.pk,), (None,))
    assert [count_waiting(crowd, whose=each).all for each in whose] == [1000, 400, 400]
    (mine,), counts = queries_of(lambda: count_waiting(crowd, whose=(user.pk,)))
    assert (counts.all, "waiting_of_assignee" in explain(mine)) == (400, True)


@pytest.mark.parametrize(
    ("read", "index"),
    [
        (list_waiting, "waiting_list"),
        (list_mine, "waiting_of_assignee"),
        (list_nobodys, "waiting_of_nobody"),
        (list_later, "waiting_later"),
        (list_done, "waiting_done"),
    ],
)
def test_each_list_is_read_from_its_index_without_a_sort(crowd, read, index):
    first, page = queries_of(read, crowd)
    deep, _page = queries_of(read, crowd, page.next_cursor)
    # The one that reads the list, not the user before it.
    first, deep = (next(sql for sql in queries if "contacts_waitingitem" in sql) for queries in (first, deep))
    for sql in (first, deep):
        plan = explain(sql)
        own = plan.split("SubPlan")[0].split("CORRELATED")[0]
        assert index in plan, plan
        assert "Seq Scan on contacts_waitingitem" not in plan and "SCAN contacts_waitingitem" not in plan, plan
        # A subquery may sort the few items of one contact; the list itself is not sorted.
        assert "Sort" not in own and "TEMP B-TREE" not in own, plan


@pytest.mark.postgresql
def test_of_thousands_that_wait_those_that_were_put_off_are_found_in_their_index(crowd):
    contact = Contact.objects.for_pro(crowd).earliest("pk")
    row = {"pro": crowd, "contact": contact, "kind": "inquiry", "since": contact.created_at}
    WaitingItem.objects.bulk_create(WaitingItem(key=f"more{number}", **row) for number in range(3000))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE contacts_waitingitem")
    (asked,), rows = queries_of(lambda: list(WaitingItem.objects.filter(contact=contact).put_off()))
    assert [item.later_until for item in rows] == [contact.created_at]
    assert "waiting_put_off" in explain(asked)
