"""Lists in the order of changes: a program that keeps a copy learns of every change, deletion and merge."""

from datetime import UTC, datetime

import pytest
from django.db.models.signals import post_init
from django.utils import timezone

from contact_requests.models import ContactRequest
from contacts.book.merging import merge_contacts
from contacts.models import Contact, Erasure
from contacts.privacy.erasing import erase, plan_erasure

from ..factories import ContactFactory, InquiryFactory, PropertyFactory, RequestFactory

pytestmark = pytest.mark.django_db
CONTACTS, REQUESTS, INQUIRIES = "/api/v1/contacts", "/pro/contact-requests", "/api/inquiries/list"


def changed_at(row, minute):
    """Set the time of the last change of a row."""
    time = datetime(2026, 3, 1, 12, minute, tzinfo=UTC)
    type(row).objects.filter(pk=row.pk).update(updated_at=time)
    return time


@pytest.fixture
def lists(pro, other_user):
    """By address three rows that were changed at minutes 3, 1 and 2, beside another Pro's."""
    ours, theirs = PropertyFactory(pro=pro), PropertyFactory(pro=other_user.pro)
    contacts = [ContactFactory(pro=pro) for _ in range(3)]
    rows = {
        CONTACTS: contacts,
        REQUESTS: [RequestFactory(property=ours, contact=contact) for contact in contacts],
        INQUIRIES: [InquiryFactory(pro=pro) for _ in range(3)],
    }
    foreign = ContactFactory(pro=other_user.pro)
    for row in (foreign, RequestFactory(property=theirs, contact=foreign), InquiryFactory(pro=other_user.pro)):
        changed_at(row, 2)
    for three in rows.values():
        for row, minute in zip(three, (3, 1, 2), strict=True):
            changed_at(row, minute)
    return rows


def ids(answer):
    return [row["id"] for row in answer.json()["data"]]


def keys(rows, address):
    return [row.pk if address == INQUIRIES else str(row.pk) for row in rows]


@pytest.mark.parametrize("address", [CONTACTS, REQUESTS, INQUIRIES])
def test_the_oldest_change_comes_first(api, lists, address):
    last, first, second = keys(lists[address], address)
    size = "per_page" if address == INQUIRIES else "limit"
    order = "updated_at" if address == INQUIRIES else "updatedAt"
    since = api.get(address, updated_since="2026-03-01T12:02:00Z")
    assert (since.status_code, ids(since)) == (200, [second, last])
    assert since.json()["changes"]["next"] is None
    assert ids(api.get(address, updated_since="2026-03-01T13:02:00.5+01:00")) == [last]
    everything = api.get(address, order_by=order, **{size: 2})
    assert ids(everything) == [first, second]
    following = everything.json()["changes"]["next"]
    rest = api.get(address, order_by=order, cursor=following, **{size: 2})
    assert (ids(rest), rest.json()["changes"]["next"]) == ([last], None)
    assert "changes" not in api.get(address).json()


# The rows are of 12:01, 12:02 and 12:03 by UTC.
@pytest.mark.parametrize("address", [CONTACTS, REQUESTS, INQUIRIES])
@pytest.mark.parametrize(
    ("value", "count"),
    [
        ("2026-03-01", 3),
        ("2026-03-02", 0),
        ("2026-03-01T12:02:00", 2),
        ("2026-03-01 12:02:00", 2),
        ("2026-03-01T12:02", 2),
        ("2026-03-01T12:02Z", 2),
        ("2026-03-01T13:02:00+0100", 2),
        ("2026-03-01T13:02:00+01", 2),
        ("2026-03-01T13:02:00 01:00", 2),
        ("20260301T120200Z", 2),
        ("2026-03-01T12:02:00,5Z", 1),
    ],
)
def test_a_time_is_read_in_each_notation_of_iso_8601(api, lists, address, value, count):
    answer = api.get(address, updated_since=value)
    assert (answer.status_code, len(answer.json()["data"])) == (200, count)


@pytest.mark.parametrize("address", [CONTACTS, INQUIRIES])
def test_pages_by_number_count_what_changed_since(api, lists, address):
    size = "per_page" if address == INQUIRIES else "limit"
    page = api.get(address, updated_since="2026-03-01T12:02:00Z", page=2, **{size: 1})
    assert ids(page) == keys(lists[address], address)[:1]
    assert page.json()["pagination"]["total"] == 2


@pytest.mark.parametrize("address", [CONTACTS, REQUESTS, INQUIRIES])
@pytest.mark.parametrize("value", ["yesterday", "2026-13-01", "2026-03-01T25:00:00", "20260301", "\u0660", "9" * 400])
def test_a_time_that_is_none_is_refused(api, address, value):
    answer = api.get(address, updated_since=value)
    assert answer.status_code == (422 if address == INQUIRIES else 400)
    assert "updated_since" in answer.content.decode()


@pytest.mark.parametrize("address", [CONTACTS, REQUESTS, INQUIRIES])
@pytest.mark.parametrize("value", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_time_that_is_in_no_year_by_utc_is_refused(api, address, value):
    answer = api.get(address, updated_since=value)
    assert answer.status_code == (422 if address == INQUIRIES else 400)
    assert "updated_since" in answer.content.decode()
    assert api.get(address, updated_since=value[:19] + "Z").status_code == 200


@pytest.mark.parametrize("address", [CONTACTS, REQUESTS, INQUIRIES])
@pytest.mark.parametrize("value", ["0", "1772366400", "1772366400.0", "-1", "true", "12:00:00Z"])
def test_a_time_without_a_date_is_refused(api, address, value):
    answer = api.get(address, updated_since=value)
    assert answer.status_code == (422 if address == INQUIRIES else 400)
    assert "updated_since" in answer.content.decode()


def test_cursors_of_the_two_orders_are_not_mixed_up(api, lists):
    newest = api.get(REQUESTS, limit=1).json()["cursor"]["next"]
    changed = api.get(REQUESTS, order_by="updatedAt", limit=1).json()["cursor"]["next"]
    for query in ({"cursor": newest, "order_by": "updatedAt"}, {"cursor": changed}):
        assert api.get(REQUESTS, **query).json()["error"]["code"] == "INVALID_CURSOR"
    for address, status in ((CONTACTS, 400), (INQUIRIES, 422)):
        for cursor in (newest, "nonsense", ""):
            refused = api.get(address, cursor=cursor, updated_since="2026-03-01T12:00:00Z")
            assert (refused.status_code, "cursor" in refused.content.decode()) == (status, True)


def test_what_left_the_contacts_is_named(api, lists, user):
    merged, deleted, kept = lists[CONTACTS]
    merge_contacts(kept, merged, by=user)
    assert api.delete(f"{CONTACTS}/{deleted.pk}").status_code == 204
    erased = Erasure.objects.create(
        pro=user.pro,
        person="8c1f5e52-0d1c-4a58-9a53-1f0a4c1b7e55",
        reason="asked",
        state="done",
        ended_at=timezone.now(),
    )
    answer = api.get(CONTACTS, updated_since="2026-03-02T00:00:00Z", include_deleted="true").json()
    assert answer["data"] == []
    assert {row["id"]: row["mergedInto"] for row in answer["changes"]["deleted"]} == {
        str(merged.pk): str(kept.pk),
        str(deleted.pk): None,
        str(erased.person): None,
    }
    assert all(row["deletedAt"].endswith("Z") for row in answer["changes"]["deleted"])
    assert answer["pagination"]["total"] == 0


def test_pages_by_number_go_through_present_and_deleted_ones_together(api, pro, user):
    contacts = [ContactFactory(pro=pro) for _ in range(6)]
    for contact in contacts[::2]:
        contact.archive(by=user)
    for minute, contact in enumerate(contacts):
        changed_at(contact, minute)
    read = []
    for page in range(1, 8):
        answer = api.get(CONTACTS, order_by="updatedAt", include_deleted="true", limit=1, page=page).json()
        read.append(([row["id"] for row in answer["data"]], [row["id"] for row in answer["changes"]["deleted"]]))
    ids = [str(contact.pk) for contact in contacts]
    assert read == [([], [id]) if n % 2 == 0 else ([id], []) for n, id in enumerate(ids)] + [([], [])]
    cursor = api.get(CONTACTS, order_by="updatedAt", include_deleted="true", limit=1).json()["changes"]["next"]
    after = api.get(CONTACTS, cursor=cursor, order_by="updatedAt", include_deleted="true", limit=2, page=2).json()
    assert [row["id"] for row in after["data"]] == [ids[3]]
    assert [row["id"] for row in after["changes"]["deleted"]] == [ids[4]]


def test_a_late_page_reads_no_row_before_it(api, pro):
    for _ in range(12):
        ContactFactory(pro=pro)
    made = []
    post_init.connect(lambda instance, **_: made.append(instance.pk), Contact, weak=False, dispatch_uid="late")
    try:
        assert len(api.get(CONTACTS, order_by="updatedAt", limit=1, page=11).json()["data"]) == 1
    finally:
        post_init.disconnect(sender=Contact, dispatch_uid="late")
    assert len(made) <= 4


def test_what_was_set_aside_is_named(api, lists, user):
    aside = lists[REQUESTS][0]
    ContactRequest.objects.filter(pk=aside.pk).update(
        quarantined_at=datetime(2026, 3, 2, tzinfo=UTC), quarantine_reason="marked", updated_at=timezone.now()
    )
    answer = api.get(REQUESTS, updated_since="2026-03-02T00:00:00Z", include_deleted="true").json()
    assert (answer["data"], answer["changes"]["deleted"]) == (
        [],
        [{"id": str(aside.pk), "deletedAt": "2026-03-02T00:00:00.000Z"}],
    )


def test_who_was_merged_into_an_erased_contact_is_named_too(api, lists, user):
    merged, _other, kept = lists[CONTACTS]
    merge_contacts(kept, merged, by=user)
    erase(plan_erasure(kept, reason="asked", by=user))
    deleted = api.get(CONTACTS, updated_since="2026-03-02T00:00:00Z", include_deleted="true").json()["changes"][
        "deleted"
    ]
    assert {(row["id"], row["mergedInto"]) for row in deleted} == {(str(kept.pk), None), (str(merged.pk), None)}
