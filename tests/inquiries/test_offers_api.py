"""/api/inquiries/:id/offers, and PATCH /api/inquiries/:id."""

import uuid

import pytest

from inquiries.models import FilterOption, Offer

from ..factories import ContactFactory, InquiryFactory

pytestmark = pytest.mark.django_db
PERSON = {"first_name": "Jan", "last_name": "de Vries", "email": "jan@example.org", "language": "nl"}


@pytest.fixture
def inquiry(pro):
    return InquiryFactory(pro=pro, person=PERSON)


@pytest.fixture
def path(inquiry):
    return f"/api/inquiries/{inquiry.pk}"


def refusal(response):
    """(status, message, errors) of a refusal."""
    body = response.json()
    assert body["success"] is False
    return response.status_code, body["message"], body.get("errors", {})


def utc(time):
    return f"{time:%Y-%m-%dT%H:%M:%S.%fZ}"


def test_a_draft_is_made_changed_and_sent(api, api_with, inquiry, path):
    sent = {"title": "A new roof", "amount": 4250.5, "text": "Tiles", "valid_until": "2999-01-31"}
    response = api.post(f"{path}/offers", sent, **{"Idempotency-Key": "one"})
    offer = Offer.objects.get()
    one = f"{path}/offers/{offer.pk}"
    body = {
        "id": offer.pk,
        "title": "A new roof",
        "amount": 4250.5,
        "currency": "EUR",
        "valid_until": "2999-01-31",
        "status": "draft",
        "made_by": "Test",
        "created_at": utc(offer.created_at),
        "sent_at": None,
        "text": "Tiles",
        "public_url": None,
        "updated_at": utc(offer.updated_at),
        "mailed_at": None,
        "mail_error": None,
        "viewed_at": None,
        "answered_at": None,
    }
    answer = {"success": True, "message": "Offer created successfully", "data": body}
    assert (response.status_code, response.json(), response["Location"]) == (201, answer, one)
    assert list(response.json()["data"]) == list(body)
    assert api.post(f"{path}/offers", sent, **{"Idempotency-Key": "one"}).json() == answer
    assert api.get(f"{path}/offers").json() == {"success": True, "data": [body]}

    etag = api.get(one)["ETag"]
    changed = api.patch(one, {"amount": 4000, "valid_until": None}, **{"If-Match": etag}).json()["data"]
    assert (changed["amount"], changed["valid_until"], changed["title"]) == (4000.0, None, "A new roof")
    assert refusal(api.post(f"{one}/send", **{"If-Match": etag}))[:2] == (412, "Precondition failed")

    first, again = (api.post(f"{one}/send", **{"Idempotency-Key": "two"}) for _ in range(2))
    assert (first.status_code, first.content, again["Idempotency-Replayed"]) == (200, again.content, "true")
    data = first.json()["data"]
    offer.refresh_from_db()
    assert (data["status"], data["sent_at"]) == ("sent", utc(offer.sent_at))
    assert data["public_url"] == f"http://testserver/offers/{offer.key}"
    # Whoever has it can answer for the customer, which is more than reading.
    reads = api_with("inquiries:read")
    assert [
        each["public_url"] for each in (*reads.get(f"{path}/offers").json()["data"], reads.get(one).json()["data"])
    ] == [
        None,
        None,
    ]
    inquiry.refresh_from_db()
    assert inquiry.responded_at is not None
    refusals = [api.patch(one, {"amount": 1}), api.delete(one)]
    assert [refusal(each)[:2] for each in refusals] == [(409, "Offer not changed")] * 2
    # It is not sent twice.
    assert api.post(f"{one}/send").json()["data"] == data


def test_what_is_refused_changes_nothing(api, other_api, pro, path, case):
    refused = {
        "no amount": ({"title": "x"}, "amount"),
        "negative": ({"title": "x", "amount": -1}, "amount"),
        "three decimals": ({"title": "x", "amount": 1.005}, "amount"),
        "a past day": ({"title": "x", "amount": 1, "valid_until": "2020-01-31"}, "valid_until"),
        "another currency": ({"title": "x", "amount": 1, "currency": "XXX"}, "currency"),
        "a status": ({"title": "x", "amount": 1, "status": "sent"}, "status"),
    }
    for label, (body, field) in refused.items():
        with case(label):
            status, message, errors = refusal(api.post(f"{path}/offers", body))
            assert (status, message, list(errors)) == (422, "Validation failed", [field])
            assert not Offer.objects.exists()
    silent = InquiryFactory(pro=pro)
    one = api.post(f"/api/inquiries/{silent.pk}/offers", {"title": "x", "amount": 1})["Location"]
    text = "This customer has no e-mail address, so the offer cannot be sent."
    assert refusal(api.post(f"{one}/send")) == (422, "Validation failed", {"body": [text]})
    foreign = [
        other_api.get(one),
        other_api.post(f"{one}/send"),
        other_api.delete(one),
        other_api.get(f"{path}/offers"),
    ]
    number = one.rpartition("/")[2]
    foreign += [api.get(f"{path}/offers/{number}"), api.delete(f"{path}/offers/{number}")]
    assert {each.status_code for each in foreign} == {404}
    first, again = (api.delete(one, **{"Idempotency-Key": "away"}) for _ in range(2))
    assert (first.json()["success"], first.content, again["Idempotency-Replayed"]) == (True, again.content, "true")
    assert (api.delete(one).status_code, Offer.objects.exists()) == (404, False)


def test_details_of_an_inquiry(api, other_api, pro, inquiry, path):
    north, south = (FilterOption.objects.create(group="Region", label=label) for label in ("North", "South"))
    gone = FilterOption.objects.create(group="Region", label="West", is_active=False)
    inquiry.filter_options.add(gone)
    contact, etag = ContactFactory(pro=pro), api.get(path)["ETag"]
    sent = {
        "priority": "urgent",
        "category": "roof",
        "filter_option_ids": [north.pk, gone.pk],
        "contact_id": str(contact.pk),
    }
    response = api.patch(path, sent, **{"If-Match": etag})
    data = response.json()["data"]["inquiry"]
    assert (data["priority"], data["category"], data["contact_id"]) == ("urgent", "roof", str(contact.pk))
    assert {option["id"] for option in data["filter_options"]} == {north.pk, gone.pk}
    assert (response["ETag"], response.json()) == (api.get(path)["ETag"], api.get(path).json())
    assert refusal(api.patch(path, {"priority": "low"}, **{"If-Match": etag}))[0] == 412
    assert len(api.get(f"{path}/history").json()["data"]) == 1
    data = api.patch(path, {"category": None, "contact_id": None}).json()["data"]["inquiry"]
    assert (data["category"], data["contact_id"], data["priority"]) == (None, None, "urgent")
    before = api.get(path).json()
    unknown = f"There is no active filter option with these ids: {south.pk + 100}."
    refusals = {
        "priority": api.patch(path, {"priority": "none"}),
        "contact_id": api.patch(path, {"priority": "low", "contact_id": str(uuid.uuid4())}),
        "filter_option_ids": api.patch(path, {"priority": "low", "filter_option_ids": [south.pk + 100]}),
        "subject": api.patch(path, {"subject": "Another"}),
    }
    assert [list(refusal(each)[2]) for each in refusals.values()] == [[name] for name in refusals]
    assert refusal(refusals["filter_option_ids"])[2] == {"filter_option_ids": [unknown]}
    assert (api.get(path).json(), other_api.patch(path, {"priority": "low"}).status_code) == (before, 404)
