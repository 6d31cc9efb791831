"""GET /api/v1/contacts/:id."""

import uuid

import pytest

from contacts.models import Contact

from ..factories import ContactFactory
from .conftest import START
from .test_list_api import FULL, LIST

NOT_FOUND = {"error": {"code": "not_found", "message": "There is nothing here under this id."}}


def test_the_whole_contact(api, contact):
    row = contact(**FULL)
    Contact.objects.update(updated_at=START)
    response = api.get(f"{LIST}/{row.pk}")
    assert response.status_code == 200
    expected = {
        "id": "550e8400-e29b-41d4-a716-446655440000",
        "name": "Jane Smith",
        "email": "jane@example.com",
        "phone": "+15551234567",
        "status": "applicant",
        "role": "tenant",
        "channelPreference": "whatsapp",
        "source": "telegram",
        "referralSource": "A friend",
        "language": "fr",
        "appliedAt": "2026-02-10T15:30:00Z",
        "createdAt": "2026-02-10T14:30:00Z",
        "updatedAt": "2026-02-10T14:30:00Z",
    }
    assert response.json() == {"data": expected}
    assert list(response.json()["data"]) == list(expected)


def test_another_pros_a_deleted_and_an_unknown_one_are_404(api, contact):
    gone = contact()
    gone.archive(by=None)
    for pk in (ContactFactory().pk, gone.pk, uuid.uuid4()):
        response = api.get(f"{LIST}/{pk}")
        assert (response.status_code, response.json()) == (404, NOT_FOUND)


@pytest.mark.parametrize("tail", ["/x", "/1", "/", "/550e8400-e29b-41d4-a716-446655440000/", "/%00"])
def test_other_addresses_are_404_in_the_dialect(api, tail):
    response = api.get(LIST + tail)
    assert (response.status_code, response.json()["error"]["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("path", "allowed"), [(LIST, "GET, HEAD, POST"), (f"{LIST}/{FULL['id']}", "DELETE, GET, HEAD, PATCH")]
)
def test_other_methods_are_405(api, path, allowed):
    response = api.put(path, {})
    assert (response.status_code, response["Allow"], response.json()["error"]["code"]) == (
        405,
        allowed,
        "method_not_allowed",
    )
