"""Faults that the benchmark of plans finds."""

import pytest
from django.db import connection

from contacts.models import Contact
from tests.benchmarks.list_plans import examine

from .factories import ContactFactory

TABLE = '"contacts_contact"'


@pytest.mark.django_db
def test_a_scan_of_a_large_table_is_a_fault_and_a_row_by_its_key_is_none():
    contact = ContactFactory()
    faults, _read = examine(f"SELECT * FROM {TABLE} WHERE name = 'x'")  # noqa: S608
    assert [fault.split()[:2] for fault in faults] in ([["scans", "contacts_contact"]], [["SCAN", "contacts_contact"]])
    assert examine(f"SELECT 1 FROM accounts_pro WHERE id = {contact.pro_id}")[0] == []  # noqa: S608


@pytest.mark.django_db
def test_many_rows_of_a_pro_may_not_be_sorted_unless_a_search_found_them():
    pro = ContactFactory().pro
    Contact.objects.bulk_create(Contact(pro=pro, name=f"Ana {n}", email=f"{n}@example.org") for n in range(300))
    sql = f"SELECT * FROM {TABLE} WHERE pro_id = {pro.pk} AND deleted_at IS NULL ORDER BY source"  # noqa: S608
    assert [fault for fault in examine(sql)[0] if fault.startswith("sorts")]
    assert not [fault for fault in examine(sql, is_search=True)[0] if fault.startswith("sorts")]


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL says how many rows are sorted")
def test_of_queries_that_are_asked_together_only_the_one_that_sorts_is_at_fault():
    pro = f"pro_id = {ContactFactory().pro_id}"
    listed = f"SELECT id FROM {TABLE} WHERE {pro} AND deleted_at IS NULL ORDER BY created_at DESC, id DESC LIMIT 20"  # noqa: S608
    types = "SELECT id FROM inquiries_inquirytype ORDER BY description"
    both = f"SELECT json_array((SELECT json_group_array(id) FROM ({listed})), (SELECT group_concat(id) FROM ({types})))"  # noqa: S608
    assert examine(both)[0] == []
    unlisted = both.replace("ORDER BY created_at DESC, id DESC", "ORDER BY source")
    assert [fault.split()[:3] for fault in examine(unlisted)[0]] == [["sorts", "SEARCH", "contacts_contact"]]
