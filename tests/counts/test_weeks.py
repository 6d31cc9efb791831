"""Pages by number skip whole weeks by their counts, and are the same rows as without."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.counts.keeping import compare_counts, fold_counts
from contacts.models import Contact, ContactWeekCount
from inquiries.models import Inquiry, InquiryWeekCount

from ..factories import ContactFactory, InquiryFactory, ProFactory

pytestmark = [pytest.mark.django_db, pytest.mark.dialect]

# A Monday, and moments on both sides of the borders of its week.
MONDAY = datetime(2026, 11, 2, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
TIMES = [
    MONDAY - timedelta(days=30),
    MONDAY - MOMENT,
    MONDAY,
    MONDAY,
    MONDAY + timedelta(days=3, hours=5),
    MONDAY + timedelta(days=7) - MOMENT,
    MONDAY + timedelta(days=7),
    MONDAY + timedelta(days=20),
    MONDAY + timedelta(days=20),
]


def make_contacts(pro):
    """Contacts of those times, and beside them one that is archived and one of somebody else."""
    for at in TIMES:
        ContactFactory(pro=pro, created_at=at)
    ContactFactory(pro=pro, created_at=MONDAY, deleted_at=MONDAY)
    ContactFactory(pro=ProFactory(), created_at=MONDAY)


def weeks(model, pro, **filters):
    """{day after the week: number of rows}."""
    counts = {}
    for until, n in model.objects.for_pro(pro).filter(**filters).values_list("until", "n"):
        counts[until] = counts.get(until, 0) + n
    return {until: n for until, n in counts.items() if n}


def test_a_week_begins_on_monday(pro):
    make_contacts(pro)
    counts = {date(2026, 10, 5): 1, date(2026, 11, 2): 1, date(2026, 11, 9): 4, date(2026, 11, 16): 1}
    assert weeks(ContactWeekCount, pro, is_present=True) == {**counts, date(2026, 11, 23): 2}
    assert weeks(ContactWeekCount, pro, is_present=False) == {date(2026, 11, 9): 1}
    Contact.objects.for_pro(pro).filter(created_at=MONDAY).update(created_at=MONDAY - timedelta(days=2))
    assert weeks(ContactWeekCount, pro, is_present=True) == {**counts, date(2026, 11, 2): 3, date(2026, 11, 9): 2} | {
        date(2026, 11, 23): 2
    }
    assert compare_counts(ContactWeekCount) == []


@pytest.mark.parametrize("size", [1, 2, 3, 5, 9])
@pytest.mark.parametrize("is_folded", [True, False])
def test_pages_of_contacts_are_the_list_in_parts(pro, api, size, is_folded):
    make_contacts(pro)
    if is_folded:
        fold_counts()
    expected = [
        str(pk) for pk in Contact.objects.for_pro(pro).order_by("-created_at", "-pk").values_list("pk", flat=True)
    ]
    read, number = [], 1
    while page := api.get("/api/v1/contacts", page=number, limit=size).json()["data"]:
        read += [row["id"] for row in page]
        number += 1
    assert read == expected
    assert len(read) == len(TIMES)
    past = api.get("/api/v1/contacts", page=50, limit=size).json()
    assert (past["data"], past["pagination"]["total"]) == ([], len(TIMES))


@pytest.mark.parametrize("query", ["sort=-added", "sort=added", "status=prospect", "view=archived"])
def test_pages_of_the_book_are_the_list_in_parts(pro, browser, monkeypatch, query):
    monkeypatch.setattr("contacts.views.contact_list.ROWS", 2)
    make_contacts(pro)
    order = ("created_at", "pk") if query == "sort=added" else ("-created_at", "-pk")
    ids = list(Contact.objects.for_pro(pro, deleted="archived" in query).order_by(*order).values_list("pk", flat=True))
    assert len(ids) == (1 if "archived" in query else len(TIMES))
    pages = range(1, -(-len(ids) // 2) + 1)
    read = [row.pk for number in pages for row in browser.get(f"/contacts?{query}&page={number}").context["page"]]
    assert read == ids


@pytest.mark.parametrize("linked", [{}, {"unassigned_only": "false"}])
def test_pages_of_inquiries_are_the_list_in_parts(pro, api, linked):
    for number, at in enumerate(TIMES):
        InquiryFactory(pro=pro, created_at=at, case_id=number if number % 3 == 2 else None)
    rows = Inquiry.objects.for_pro(pro).order_by("-created_at", "-pk")
    expected = list((rows if linked else rows.filter(case_id=None)).values_list("pk", flat=True))
    read = []
    for number in range(1, len(TIMES) + 1):
        page = api.get("/api/inquiries/list", page=number, per_page=2, **linked).json()
        assert page["pagination"]["total"] == len(expected)
        read += [row["id"] for row in page["data"]]
    assert read == expected
    assert sum(weeks(InquiryWeekCount, pro).values()) == len(TIMES)


def test_a_page_far_down_is_one_query_beside_that_of_the_token(pro, api):
    make_contacts(pro)
    for number in (1, 4):
        with CaptureQueriesContext(connection) as captured:
            assert len(api.get("/api/v1/contacts", page=number, limit=2).json()["data"]) == 2
        assert len([one for one in captured if "contacts_contact" in one["sql"]]) == 1
