"""DELETE /api/v1/contacts/:id, and its undo."""

import uuid

import pytest

from config.accounts.models import ApiToken
from contacts.models import Contact

from ..factories import ContactFactory
from .test_get_api import NOT_FOUND
from .test_list_api import LIST


@pytest.fixture
def jane(contact):
    row = contact(name="Jane", email="jane@example.com", phone="+15551234567")
    row.hold_identities()
    return row


def held(row):
    return sorted(row.identities.held().values_list("channel", "external_id"))


def find(pro, email="jane@example.com"):
    return Contact.objects.find_or_create(pro, name="Jane again", email=email, source="contact_form")


def test_204_without_a_body_then_404_everywhere(api, jane):
    path = f"{LIST}/{jane.pk}"
    response = api.delete(path)
    assert (response.status_code, response.content, "Content-Type" in response) == (204, b"", False)
    for again in (api.delete(path), api.get(path), api.patch(path, {"name": "x"})):
        assert (again.status_code, again.json()) == (404, NOT_FOUND)
    assert api.get(LIST).json()["pagination"]["total"] == 0


def test_the_row_is_kept_with_its_event(api, jane):
    before = Contact.objects.values().get()
    api.delete(f"{LIST}/{jane.pk}")
    row = Contact.objects.values().get()
    assert row["deleted_at"] is not None
    assert row == {**before, "deleted_at": row["deleted_at"], "updated_at": row["updated_at"]}
    [event] = jane.events.all()
    assert (event.kind, event.changes, event.user, event.token) == ("deleted", {}, None, ApiToken.objects.get())


def test_another_pros_and_an_unknown_one_are_404(api):
    foreign = ContactFactory()
    for pk in (foreign.pk, uuid.uuid4()):
        response = api.delete(f"{LIST}/{pk}")
        assert (response.status_code, response.json()) == (404, NOT_FOUND)
    assert Contact.objects.get().deleted_at is None


def test_the_next_message_makes_a_new_contact(api, pro, jane):
    api.delete(f"{LIST}/{jane.pk}")
    assert held(jane) == []
    new = find(pro)
    assert (new != jane, find(pro)) == (True, new)
    assert [row["id"] for row in api.get(LIST).json()["data"]] == [str(new.pk)]


def test_the_next_message_goes_to_another_contact_with_the_address(api, pro, jane, contact):
    second = contact(at=9, email="Jane@example.com")
    second.hold_identities()
    api.delete(f"{LIST}/{jane.pk}")
    assert find(pro) == second


def test_a_restored_contact_is_recognised_again(api, pro, user, jane):
    api.delete(f"{LIST}/{jane.pk}")
    Contact.objects.get().restore(by=user)
    assert api.get(f"{LIST}/{jane.pk}").status_code == 200
    assert held(jane) == [("email", "jane@example.com"), ("phone", "+15551234567")]
    assert find(pro) == jane
    assert list(jane.events.values_list("kind", "user")) == [("deleted", None), ("restored", user.pk)]


def test_a_restored_contact_leaves_an_address_that_another_holds_by_now(api, pro, user, jane):
    api.delete(f"{LIST}/{jane.pk}")
    new = find(pro)
    Contact.objects.get(pk=jane.pk).restore(by=user)
    assert (held(jane), held(new)) == ([("phone", "+15551234567")], [("email", "jane@example.com")])
    assert find(pro) == new


def test_only_a_deleted_contact_is_restored(user, jane):
    with pytest.raises(Contact.DoesNotExist):
        jane.restore(by=user)
    assert jane.events.count() == 0


@pytest.mark.django_db(transaction=True)
def test_of_several_deletes_at_once_one_succeeds(api, jane, at_once):
    statuses = at_once(4, lambda _n: api.delete(f"{LIST}/{jane.pk}").status_code)
    assert sorted(statuses) == [204, 404, 404, 404]
    assert jane.events.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_message_during_the_delete_never_goes_to_the_deleted_contact(api, pro, contact, at_once):
    for n in range(10):
        email = f"v{n}@example.org"
        row = contact(email=email)
        row.hold_identities()
        at_once(2, lambda i, row=row, email=email: find(pro, email) if i else api.delete(f"{LIST}/{row.pk}"))
        assert held(row) == []
