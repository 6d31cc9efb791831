"""GET /pro/contact-requests/:id."""

from contact_requests.dialect import format_time

from ..factories import PropertyFactory, RequestFactory
from .listing import LIST


def test_one_contact_request(api, house, store):
    row = store(name="Hélène", phone="+33612345678")
    response = api.get(f"{LIST}/{row.pk}")
    assert response.status_code == 200
    assert response.json() == {
        "id": str(row.pk),
        "proId": house.pro_id,
        "propertyId": str(house.pk),
        "contactId": str(row.contact_id),
        "name": "Hélène",
        "email": row.email,
        "phone": "+33612345678",
        "message": "Is it still free?",
        "status": "new_request",
        "createdAt": "2026-02-10T14:30:00.000Z",
        "updatedAt": format_time(row.updated_at),
        "readAt": None,
        "repliedAt": None,
        "property": {"id": str(house.pk), "slug": house.slug, "title": house.title},
    }
    assert response.json() == api.get(LIST).json()["data"][0]


def test_reading_one_changes_nothing(api, store):
    row = store()
    assert api.get(f"{LIST}/{row.pk}").json()["status"] == "new_request"
    row.refresh_from_db()
    assert (row.status, row.read_at) == ("new", None)


def test_one_in_quarantine_or_of_another_pro_is_not_there(api, receive):
    hidden, foreign = receive(quarantine="honeypot"), RequestFactory(property=PropertyFactory())
    bodies = [api.get(f"{LIST}/{id}") for id in (hidden.pk, foreign.pk, "bbbbbbbb-0000-4000-8000-000000000001")]
    assert {(body.status_code, body.content) for body in bodies} == {(404, bodies[0].content)}
    assert bodies[0].json() == {"error": {"code": "NOT_FOUND", "message": "There is nothing here under this id."}}
