"""A program that keeps a copy of the contacts by asking for changes: after random changes it is equal.

API_CHECK_CHANGES is the number of changes; `make api-check` makes more. By events: `tests/events/test_sync.py`.
"""

import os
import random
from datetime import timedelta

import pytest
from django.utils import timezone

from config.accounts.access import REQUESTS
from contacts.book.merging import merge_contacts, undo_merge
from contacts.models import Contact, ContactMerge
from contacts.privacy.erasing import erase, plan_erasure

pytestmark = pytest.mark.django_db
CONTACTS = "/api/v1/contacts"
CHANGES = int(os.environ.get("API_CHECK_CHANGES", "200"))
# The copy asks this often, and more contacts than these are not kept: a comparison reads them all.
ROUNDS, MANY = 10, 150


class Copy:
    """The contacts and their external ids as the program has them."""

    def __init__(self, api):
        self.api, self.rows, self.external_ids, self.since = api, {}, {}, None

    def refresh(self):
        """Ask for what changed since the last time, page by page."""
        began, query = timezone.now() - timedelta(minutes=1), {"include_deleted": "true", "limit": 47}
        query["include_external_ids"] = "true"
        if self.since:
            query["updated_since"] = self.since.isoformat()
        while True:
            answer = self.api.get(CONTACTS, **query).json()
            for row in answer["data"]:
                self.rows[row["id"]] = row
                self.external_ids[row["id"]] = answer["externalIds"].get(row["id"])
            for row in answer["changes"]["deleted"]:
                self.rows.pop(row["id"], None)
            if (cursor := answer["changes"]["next"]) is None:
                break
            query["cursor"] = cursor
        self.since = began


class Office:
    """Changes of all kinds at random, by the verbs that pages call and by routes."""

    def __init__(self, api, pro, user):
        self.api, self.pro, self.user, self.random, self.count = api, pro, user, random.Random(7), 0

    def act(self):
        self.count += 1
        often = [self.create, self.upsert, self.change, self.change, self.change]
        more = [self.create_many, self.delete, self.restore, self.merge, self.split, self.erase]
        present = Contact.objects.for_pro(self.pro).count()
        self.random.choice([self.delete, self.merge, self.erase] if present > MANY else often + more)()

    def pick(self, number=1, **rows):
        """Contacts at random, none where there are too few."""
        ids = list(Contact.objects.for_pro(self.pro, **rows).order_by("pk").values_list("pk", flat=True))
        chosen = self.random.sample(ids, number) if len(ids) >= number else []
        return [Contact.objects.select_related("pro").get(pk=id) for id in chosen]

    def create(self):
        body = {"name": f"N {self.count}", "phone": f"+1555{self.random.randrange(10**7):07}"}
        assert self.api.post(CONTACTS, body).status_code == 201

    def create_many(self):
        rows = [{"name": f"N {self.count}", "email": f"{self.count}.{number}@example.org"} for number in range(3)]
        assert self.api.post(f"{CONTACTS}/bulk", {"contacts": rows}).json()["counts"]["created"] == 3

    def upsert(self):
        path = f"{CONTACTS}/by-external-id/crm-{self.random.randrange(40)}"
        body = {"name": f"N {self.count}", "email": f"{self.random.randrange(100)}@example.org"}
        assert self.api.put(path, body).status_code in (200, 201)

    def change(self):
        for contact in self.pick():
            body = {"name": f"Changed {self.count}", "status": self.random.choice(Contact.Status.values)}
            if self.random.random() < 0.2:
                body["externalId"] = None
            assert self.api.patch(f"{CONTACTS}/{contact.pk}", body).status_code == 200

    def delete(self):
        for contact in self.pick():
            assert self.api.delete(f"{CONTACTS}/{contact.pk}").status_code == 204

    def restore(self):
        for contact in self.pick(deleted=True):
            assert self.api.post(f"{CONTACTS}/{contact.pk}/restore").status_code == 200

    def merge(self):
        if pair := self.pick(2):
            merge_contacts(*pair, by=self.user)

    def split(self):
        merges = ContactMerge.objects.not_undone().filter(survivor__deleted_at=None, survivor__pro=self.pro)
        if merge := merges.order_by("-pk").first():
            undo_merge(merge, by=self.user)

    def erase(self):
        for contact in self.pick():
            erase(plan_erasure(contact, reason="asked", by=self.user))


def read_all(api):
    """The contacts of the documented list, and their external ids."""
    rows, external_ids, page = {}, {}, 1
    while data := api.get(CONTACTS, limit=50, page=page, include_external_ids="true").json():
        rows |= {row["id"]: row for row in data["data"]}
        external_ids |= data["externalIds"]
        page += 1
        if not data["data"]:
            return rows, external_ids


@pytest.mark.thorough
def test_a_copy_stays_equal_through_changes_deletions_and_merges(api, pro, user, monkeypatch):
    monkeypatch.setattr(REQUESTS, "times", 10**9)
    copy, office = Copy(api), Office(api, pro, user)
    for number in range(CHANGES):
        office.act()
        if number % (CHANGES // ROUNDS) == 0 or number == CHANGES - 1:
            copy.refresh()
            rows, external_ids = read_all(api)
            assert copy.rows == rows
            assert {id: copy.external_ids[id] for id in rows if copy.external_ids[id]} == external_ids
