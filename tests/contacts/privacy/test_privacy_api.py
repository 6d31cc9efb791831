"""Export and erasure by the contacts API."""

import io
import zipfile

import pytest

from contacts.models import Contact, Erasure, PersonExport

pytestmark = pytest.mark.django_db
NOT_FOUND = {"error": {"code": "not_found", "message": "There is nothing here under this id."}}


@pytest.fixture
def erasure_url(anna):
    return f"/api/v1/contacts/{anna.pk}/erasure"


def test_an_erasure_is_planned_read_and_undone(api, anna, erasure_url):
    response = api.post(erasure_url, {"reason": "asked"})
    erasure = Erasure.objects.get()
    body = {
        "id": str(erasure.pk),
        "contactId": str(anna.pk),
        "state": "planned",
        "reason": "asked",
        "createdAt": f"{erasure.created_at:%Y-%m-%dT%H:%M:%SZ}",
        "dueAt": f"{erasure.due_at:%Y-%m-%dT%H:%M:%SZ}",
        "endedAt": None,
        "counts": {},
    }
    assert (response.status_code, response.json(), response["Location"]) == (201, {"data": body}, erasure_url)
    assert api.get(f"/api/v1/contacts/{anna.pk}").status_code == 404
    assert api.get(erasure_url).json() == {"data": body}
    assert api.delete(erasure_url).status_code == 204
    assert Contact.objects.for_pro(anna.pro).get() == anna
    assert (api.delete(erasure_url).status_code, api.get(erasure_url).json()["data"]["state"]) == (404, "undone")


def test_what_was_erased_can_still_be_asked_for(api, anna, erasure_url, erase_now):
    erase_now(anna)
    body = api.get(erasure_url).json()["data"]
    assert (body["state"], body["counts"]["contacts"]) == ("done", 1)
    assert api.post(erasure_url, {"reason": "asked"}).json() == NOT_FOUND


@pytest.mark.parametrize("body", [{}, {"reason": "retention"}, {"reason": "Anna"}, {"reason": "asked", "name": "Anna"}])
def test_another_reason_is_refused(api, erasure_url, body):
    response = api.post(erasure_url, body)
    assert (response.status_code, response.json()["error"]["code"]) == (400, "validation_error")
    assert not Erasure.objects.exists()


def test_the_scope_of_contacts_is_not_enough(api_with, erasure_url, anna):
    api = api_with("contacts:write", "inquiries:write", "contact_requests:write")
    assert api.post(erasure_url, {"reason": "asked"}).status_code == 403
    assert api_with("privacy:read").post(erasure_url, {"reason": "asked"}).status_code == 403
    assert api.post(f"/api/v1/contacts/{anna.pk}/export", {}).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_an_export_is_made_and_fetched(api, api_with, anna, work_tasks):
    response = api.post(f"/api/v1/contacts/{anna.pk}/export", {"language": "fr"}, **{"Idempotency-Key": "once"})
    address, export = response["Location"], PersonExport.objects.get()
    assert response.json()["data"]["state"] == "making" and response.json()["data"]["downloadUrl"] is None
    assert api.get(f"{address}/file").json() == NOT_FOUND
    work_tasks()
    ready = api.get(address).json()["data"]
    assert (ready["id"], ready["state"], ready["downloadUrl"]) == (str(export.pk), "ready", f"{address}/file")
    content = b"".join(api.get(ready["downloadUrl"]).streaming_content)
    assert b'<html lang="fr">' in zipfile.ZipFile(io.BytesIO(content)).read("index.html")
    # Another program of the same Pro did not ask for it.
    other = api_with("privacy:read")
    assert (other.get(address).json(), other.get(f"{address}/file").json()) == (NOT_FOUND, NOT_FOUND)
    again = api.post(f"/api/v1/contacts/{anna.pk}/export", {"language": "fr"}, **{"Idempotency-Key": "once"})
    assert (again["Location"], PersonExport.objects.count()) == (address, 1)
