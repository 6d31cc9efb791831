"""A program that keeps a copy of the book by events alone: after random changes it is equal.

API_CHECK_CHANGES is the number of changes; `make api-check` makes more.
"""

import json
import os
import random
from typing import Any

import msgspec
import pytest

from config.events.sending import send_events, wake_endpoints
from contacts.book.merging import merge_contacts, undo_merge
from contacts.dialect import to_contact_body
from contacts.models import Contact, ContactMerge
from contacts.privacy.erasing import erase, plan_erasure

from .receiver import OK, Answer

# Committed: in one transaction PostgreSQL keeps each former state of a row, and every change takes longer.
pytestmark = pytest.mark.django_db(transaction=True)
CHANGES = int(os.environ.get("API_CHECK_CHANGES", "100"))
FAILS_ONE_IN = 7


class Copy:
    """The contacts as the program has them, by id. It fails at random."""

    def __init__(self, seed: int) -> None:
        self.random, self.contacts = random.Random(seed), dict[str, Any]()

    def take(self, event: dict[str, Any]) -> Answer | None:
        if self.random.randrange(FAILS_ONE_IN) == 0:
            return (503, {}, b"")
        data = event["data"]
        if event["type"] in ("contact.deleted", "contact.merged"):
            self.contacts.pop(data["id"], None)
        else:
            self.contacts[data["id"]] = data
        return OK


class Office:
    """Makes random changes, by the verbs that pages and routes call."""

    def __init__(self, pro: Any, seed: int) -> None:
        self.pro, self.random, self.count = pro, random.Random(seed), 0

    def act(self) -> None:
        self.count += 1
        often = [self.register] * 3 + [self.change] * 4
        self.random.choice([*often, self.archive, self.restore, self.merge, self.split, self.know, self.erase])()

    def pick(self, number: int = 1, **rows: Any) -> list[Contact]:
        found = list(Contact.objects.for_pro(self.pro, **rows).order_by("pk"))
        return self.random.sample(found, number) if len(found) >= number else []

    def register(self) -> None:
        Contact.objects.register(self.pro, name=f"N {self.count}", email=f"n{self.count}@example.org")

    def know(self) -> None:
        for contact in self.pick():
            phone = f"+3361234{self.count:04}"
            Contact.objects.find_or_create(self.pro, name="x", email=contact.email, phone=phone, source="api")

    def change(self) -> None:
        for contact in self.pick():
            contact.change(
                {"name": f"Changed {self.count}", "status": self.random.choice(Contact.Status.values)}, by=None
            )

    def archive(self) -> None:
        for contact in self.pick():
            contact.archive(by=None)

    def restore(self) -> None:
        for contact in self.pick(deleted=True):
            contact.restore(by=None)

    def merge(self) -> None:
        if pair := self.pick(2):
            merge_contacts(*pair, copy_fields=["name"], by=None)

    def erase(self) -> None:
        for contact in self.pick():
            erase(plan_erasure(contact, reason="asked", by=None))

    def split(self) -> None:
        rows = ContactMerge.objects.filter(pro=self.pro, undone_at=None, survivor__deleted_at=None)
        if (last := rows.order_by("-created_at").first()) and last.survivor.merged_into_id is None:
            undo_merge(last, by=None)


@pytest.mark.thorough
def test_a_copy_by_events_ends_equal(endpoint, receiver, pro, later):
    copy, office = Copy(seed=4), Office(pro, seed=7)
    receiver.answer = copy.take
    for number in range(CHANGES):
        office.act()
        if number % 10 == 0:
            later()
            send_events.func(str(endpoint.pk))
    while endpoint.dispatches.waiting().exists():
        later()
        wake_endpoints()
        send_events.func(str(endpoint.pk))
    stored = {
        str(row.pk): json.loads(msgspec.json.encode(to_contact_body(row))) for row in Contact.objects.for_pro(pro)
    }
    assert len(stored) > 5
    assert copy.contacts == stored
