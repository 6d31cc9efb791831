"""Faults that the benchmark of plans finds."""

import pytest

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
