"""Whoever writes in one address book takes turns: nobody locks another out."""

import time

import pytest

from contacts.book.merging import merge_contacts
from contacts.importing import jobs, running
from contacts.importing.jobs import start_run
from contacts.models import Contact

from .imports import checked

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def make(pro):
    return lambda **fields: Contact.objects.register(pro, **fields)


@pytest.fixture
def beside_an_import(user, work_tasks, monkeypatch, at_once):
    """Runs `other` while an import of `text` is between its first row and its second."""
    importing = running._import

    def slowly(found, row):
        events = importing(found, row)
        time.sleep(0.5)
        return events

    def run(text, other):
        found = checked(user, text, work_tasks)
        monkeypatch.setattr(running, "_import", slowly)
        start_run(found, by=user)

        def work(number):
            if number == 0:
                jobs.run_import.func(str(found.pk))
            else:
                time.sleep(0.25)
                other()

        at_once(2, work)
        found.refresh_from_db()
        return found

    return run


def test_a_merge_beside_an_import(make, user, beside_an_import):
    ann, bob = sorted((make(name=n, email=f"{n}@example.org") for n in "ab"), key=lambda contact: contact.pk)
    text = f"name,email,phone\nX,{bob.email},+33612345678\nY,{ann.email},+33612345679\n"
    found = beside_an_import(text, lambda: merge_contacts(ann, bob, by=user))
    assert found.counts == {"complete": 2}
    assert Contact.objects.get(pk=bob.pk).merged_into == ann


@pytest.mark.parametrize("way", ["find_or_create", "register"])
def test_a_newcomer_beside_an_import(make, pro, beside_an_import, way):
    fields = {"name": "V", "email": "e@example.org", "phone": "+33612345678", "source": "fair"}
    text = "name,email,phone\nX,,+33612345678\nY,e@example.org,\n"
    found = beside_an_import(text, lambda: getattr(Contact.objects, way)(pro, **fields))
    assert found.counts == {"create": 2}
    assert Contact.objects.count() == (2 if way == "find_or_create" else 3)


def test_two_who_swap_their_addresses(make, user, at_once, monkeypatch):
    ann, bob = make(name="Ann", email="a@example.org"), make(name="Bob", email="b@example.org")
    pass_on = Contact.pass_on

    def slowly(self, identities):
        pass_on(self, identities)
        time.sleep(0.3)

    monkeypatch.setattr(Contact, "pass_on", slowly)
    wanted = [(ann, "b@example.org"), (bob, "a@example.org")]
    at_once(2, lambda number: wanted[number][0].change({"email": wanted[number][1]}, by=user))
    assert dict(Contact.objects.values_list("name", "email")) == {"Ann": "b@example.org", "Bob": "a@example.org"}
