"""Writers of one address book wait for each other and do not deadlock."""

import time

import pytest

from contacts.book.merging import merge_contacts
from contacts.importing import jobs, running
from contacts.importing.jobs import start_run
from contacts.models import Contact

from ..imports import checked

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def make(pro):
    return lambda **fields: Contact.objects.register(pro, **fields)


@pytest.fixture
def beside_an_import(user, work_tasks, monkeypatch, at_once):
    """Runs `other` while an import of `text` is between its first row and its second."""
    import_row = running._import_row

    def slowly(*row):
        import_row(*row)
        time.sleep(0.5)

    def run(text, other):
        contact_import = checked(user, text, work_tasks)
        monkeypatch.setattr(running, "_import_row", slowly)
        start_run(contact_import, by=user)

        def work(number):
            if number == 0:
                jobs.run_import.func(str(contact_import.pk))
            else:
                time.sleep(0.25)
                other()

        at_once(2, work)
        contact_import.refresh_from_db()
        return contact_import

    return run


def test_a_merge_beside_an_import(make, user, beside_an_import):
    ann, bob = sorted((make(name=n, email=f"{n}@example.org") for n in "ab"), key=lambda contact: contact.pk)
    text = f"name,email,phone\nX,{bob.email},+33612345678\nY,{ann.email},+33612345679\n"
    contact_import = beside_an_import(text, lambda: merge_contacts(ann, bob, by=user))
    assert contact_import.counts == {"complete": 2}
    assert Contact.objects.get(pk=bob.pk).merged_into == ann


@pytest.mark.parametrize("method", ["find_or_create", "register"])
def test_a_newcomer_beside_an_import(make, pro, beside_an_import, method):
    fields = {"name": "V", "email": "e@example.org", "phone": "+33612345678", "source": "fair"}
    text = "name,email,phone\nX,,+33612345678\nY,e@example.org,\n"
    contact_import = beside_an_import(text, lambda: getattr(Contact.objects, method)(pro, **fields))
    assert contact_import.counts == {"create": 2}
    assert Contact.objects.count() == (2 if method == "find_or_create" else 3)


def test_two_contacts_that_swap_their_addresses(make, user, at_once, monkeypatch):
    ann, bob = make(name="Ann", email="a@example.org"), make(name="Bob", email="b@example.org")
    pass_on = Contact.pass_on_identities

    def slowly(self, identities):
        pass_on(self, identities)
        time.sleep(0.3)

    monkeypatch.setattr(Contact, "pass_on_identities", slowly)
    changes = [(ann, "b@example.org"), (bob, "a@example.org")]
    at_once(2, lambda number: changes[number][0].change({"email": changes[number][1]}, by=user))
    assert dict(Contact.objects.values_list("name", "email")) == {"Ann": "b@example.org", "Bob": "a@example.org"}
