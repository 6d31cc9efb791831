"""The query plan of the list of inquiries: by an index, in its order, at any size.

The table is filled, vacuumed and analyzed, and nothing is forbidden to the planner. `make bench` asserts the same of a
million rows.
"""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inquiries.forms.choices import categories_of
from inquiries.models import Inquiry

from ..benchmarks.fill import fill_inquiries, without_search_index
from ..benchmarks.plans import LISTS, explain, faults
from ..conftest import Api
from ..factories import make_token

DEEP = [({"page": 400}, "inquiry_unassigned"), ({"page": 40, "category": "category 3"}, "inquiry_by_category")]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def crowd(shipped):
    """A Pro with 10,000 inquiries among 20,000."""
    with without_search_index(Inquiry):
        pro = fill_inquiries(inquiries=20_000, pros=20, largest=10_000)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE inquiries_inquiry" if connection.vendor == "postgresql" else "ANALYZE")
    yield pro
    if connection.vendor == "sqlite":
        # What is known of the full tables would be believed of the next test's empty ones.
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM sqlite_stat1")


def test_every_list_stays_on_its_index_and_is_counted_on_one_alone(crowd):
    api = Api(make_token(crowd))
    assert [fault for query, index in [*LISTS, *DEEP] for fault in faults(api, query, index)] == []


@pytest.mark.thorough
def test_the_categories_to_choose_from_are_looked_up_one_after_the_other(crowd):
    rows = Inquiry.objects.for_pro(crowd).exclude(category="").order_by("category")
    with CaptureQueriesContext(connection) as queries:
        found = categories_of(crowd)
    [query] = queries
    # PostgreSQL does not show the plan of what is asked for each row of a recursion.
    one = re.search(r"CAST\(\((SELECT .* LIMIT 1)\) AS text", query["sql"])[1].replace("known.value", "'category 3'")
    plan = explain(one)
    assert found == list(rows.values_list("category", flat=True).distinct())
    assert "inquiry_by_category" in plan and "Sort" not in plan and "TEMP B-TREE" not in plan
