"""Programs that keep a copy of contact requests and properties, by lists and by events: after random changes they are
equal, deletions for good included.

API_CHECK_CHANGES is the number of changes; `make api-check` makes more. Of contacts: `tests/api/test_copies.py`.
"""

import json
import os
import random
from datetime import timedelta

import pytest
from django.utils import timezone

from config.accounts.access import REQUESTS as LIMIT
from config.events.managing import create_endpoint
from config.events.models import Event
from contact_requests import receiving
from contact_requests.deleting import delete_properties
from contact_requests.models import ContactRequest, DeletedRow, Property
from contact_requests.privacy import RETENTION
from contact_requests.properties import take_away_property
from contacts.models import Contact
from contacts.privacy.erasing import erase, plan_erasure

from ..factories import PropertyFactory

pytestmark = pytest.mark.django_db
REQUESTS, PROPERTIES = "/pro/contact-requests", "/pro/properties"
CHANGES = int(os.environ.get("API_CHECK_CHANGES", "120"))
ROUNDS, MANY = 6, 60
END = {kind.key: kind.end for kind in RETENTION}


class Office:
    """Changes of all kinds at random, by the verbs that pages, jobs and routes call."""

    def __init__(self, api, pro, user):
        self.api, self.pro, self.user, self.random, self.count = api, pro, user, random.Random(7), 0
        # It keeps the requests; others come and go.
        self.house = PropertyFactory(pro=pro)

    def act(self):
        self.count += 1
        often = [self.receive] * 4 + [self.mark] * 3 + [self.build, self.change]
        more = [self.set_aside, self.release, self.spam, self.settle, self.forget, self.erase, self.tear_down]
        is_many = ContactRequest.objects.count() + Property.objects.count() > MANY
        self.random.choice(more if is_many else often + more)()

    def pick(self, model, **rows):
        found = list(model.objects.filter(pro=self.pro, **rows).order_by("created_at", "pk"))
        return self.random.sample(found, 1) if found else []

    def receive(self, **more):
        words = {"message": "Free?", "language": "fr", "phone": "", "email": f"{self.random.randrange(9)}@example.org"}
        return receiving.receive(self.house, name=f"N {self.count}", **words, **more)

    def spam(self):
        self.receive(quarantine="honeypot")

    def mark(self):
        for row in self.pick(ContactRequest, quarantined_at=None):
            status = self.random.choice(["read", "replied"])
            assert self.api.put(f"{REQUESTS}/{row.pk}", {"status": status}).status_code in (200, 409)

    def set_aside(self):
        for row in self.pick(ContactRequest, quarantined_at=None):
            receiving.set_aside(row, by=self.user)

    def release(self):
        for row in self.pick(ContactRequest, quarantined_at__isnull=False):
            receiving.release(row, by=self.user)

    def settle(self):
        for row in self.pick(ContactRequest, quarantined_at=None, status="replied"):
            END["settled"]([row])

    def forget(self):
        for row in self.pick(ContactRequest, quarantined_at__isnull=False):
            END["set_aside"]([row])

    def erase(self):
        for contact in self.pick(Contact, deleted_at=None):
            erase(plan_erasure(contact, reason="asked", by=self.user))

    def build(self):
        assert self.api.post(PROPERTIES, {"title": f"House {self.count}"}).status_code == 201

    def change(self):
        for row in self.pick(Property):
            assert self.api.patch(f"{PROPERTIES}/{row.pk}", {"price": self.count}).status_code == 200

    def tear_down(self):
        for row in self.pick(Property, contact_requests=None):
            if row != self.house:
                take_away_property(row, by=self.user)


class Copy:
    """The rows of a list as a program has them that asks for what changed since the last time."""

    def __init__(self, api, address):
        self.api, self.address, self.rows, self.since = api, address, {}, None

    def refresh(self):
        began, query = timezone.now() - timedelta(minutes=1), {"include_deleted": "true", "limit": 7}
        query |= {"updated_since": self.since.isoformat()} if self.since else {}
        while True:
            answer = self.api.get(self.address, **query).json()
            self.rows |= {row["id"]: row for row in answer["data"]}
            for row in answer["changes"]["deleted"]:
                self.rows.pop(row["id"], None)
            if (cursor := answer["changes"]["next"]) is None:
                break
            query["cursor"] = cursor
        self.since = began


def read_all(api, address):
    rows, query = {}, {"limit": 100}
    while True:
        answer = api.get(address, **query).json()
        rows |= {row["id"]: row for row in answer["data"]}
        if not answer["hasMore"]:
            return rows
        query["cursor"] = answer["cursor"]["next"]


def take_events(copy):
    """Put the events that were written down into a copy, in their order, and forget them."""
    for event in Event.objects.order_by("pk"):
        data = json.loads(event.payload)["data"]
        if event.type == "contact_request.deleted":
            copy.pop(data["id"], None)
        else:
            copy[data["id"]] = data
    Event.objects.all().delete()


@pytest.mark.thorough
def test_copies_stay_equal_through_changes_and_deletions(api, pro, user, monkeypatch):
    monkeypatch.setattr(LIMIT, "times", 10**9)
    kinds = [f"contact_request.{what}" for what in ("created", "updated", "deleted")]
    create_endpoint(pro, {"url": "https://copy.example.org/", "types": kinds}, by=None)
    copies, by_events = [Copy(api, REQUESTS), Copy(api, PROPERTIES)], {}
    office = Office(api, pro, user)
    for number in range(CHANGES):
        office.act()
        if number % (CHANGES // ROUNDS) == 0 or number == CHANGES - 1:
            take_events(by_events)
            for copy in copies:
                copy.refresh()
                assert copy.rows == read_all(api, copy.address)
            assert by_events == copies[0].rows
    assert set(DeletedRow.objects.values_list("kind", flat=True)) == {"request", "property"}


def test_what_was_never_listed_leaves_no_id(api, pro, user):
    spam = Office(api, pro, user).receive(quarantine="honeypot")
    END["set_aside"]([spam])
    assert (ContactRequest.objects.count(), DeletedRow.objects.count()) == (0, 0)


def test_a_deleted_one_is_named_once_the_list_is_asked_for_it(api, pro, user, other_user):
    row = Office(api, pro, user).receive()
    assert api.put(f"{REQUESTS}/{row.pk}", {"status": "replied"}).status_code == 200
    prop = PropertyFactory(pro=pro)
    theirs = PropertyFactory(pro=other_user.pro)
    END["settled"]([row])
    delete_properties(Property.objects.filter(pk__in=[prop.pk, theirs.pk]))
    for address, id in ((REQUESTS, row.pk), (PROPERTIES, prop.pk)):
        gone = DeletedRow.objects.get(pk=id)
        time = f"{gone.updated_at:%Y-%m-%dT%H:%M:%S}.{gone.updated_at.microsecond // 1000:03}Z"
        answer = api.get(address, include_deleted="true").json()
        assert answer["changes"] == {"next": None, "deleted": [{"id": str(id), "deletedAt": time}]}
        assert str(id) not in [each["id"] for each in answer["data"]]
        assert api.get(address, order_by="updatedAt").json()["changes"] == {"next": None, "deleted": []}
