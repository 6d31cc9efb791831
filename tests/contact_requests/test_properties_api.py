"""/pro/properties."""

import pytest

from config.audit.models import AuditEvent
from contact_requests.models import Property

from ..factories import PropertyFactory

LIST, KEPT = "/pro/properties", "/pro/properties/by-reference/AP-101"
pytestmark = pytest.mark.django_db


def refusals(response):
    """(status, code, {field: message}) of a refusal."""
    error = response.json()["error"]
    return response.status_code, error["code"], {each["field"]: each["message"] for each in error.get("details", [])}


def invalid(**fields):
    return 400, "VALIDATION_ERROR", fields


def events():
    rows = AuditEvent.objects.filter(about_kind="contact_requests.property")
    return list(rows.order_by("pk").values_list("kind", "detail"))


def test_a_property_is_made_with_a_page_at_once(api, pro, nobody):
    sent = {
        "title": " House on  the quay ",
        "reference": "AP-101",
        "summary": "3 rooms",
        "description": "First floor.\r\nView.",
        "city": "Brest",
        "price": 245000.5,
        "state": "under_offer",
        "translations": {
            "fr": {"title": " Maison sur  le quai ", "summary": "", "description": "Au premier."},
            "nl": {},
        },
        "numbers": [{"portal": "portal.example", "number": "881 23"}, {"number": "4"}],
    }
    response = api.post(LIST, sent, **{"Idempotency-Key": "one"})
    row = Property.objects.get()
    body = {
        "id": str(row.pk),
        "proId": pro.pk,
        "reference": "AP-101",
        "slug": "house-on-the-quay",
        "title": "House on the quay",
        "summary": "3 rooms",
        "description": "First floor.\nView.",
        "city": "Brest",
        "price": 245000.5,
        "state": "under_offer",
        "isPublished": True,
        "translations": {"fr": {"title": "Maison sur le quai", "description": "Au premier."}},
        "numbers": [{"portal": None, "number": "4"}, {"portal": "portal.example", "number": "881 23"}],
        "url": "http://testserver/properties/house-on-the-quay",
        "createdAt": f"{row.created_at:%Y-%m-%dT%H:%M:%S}.{row.created_at.microsecond // 1000:03}Z",
        "updatedAt": f"{row.updated_at:%Y-%m-%dT%H:%M:%S}.{row.updated_at.microsecond // 1000:03}Z",
    }
    assert (response.status_code, response.json(), response["Location"]) == (201, body, f"{LIST}/{row.pk}")
    assert list(response.json()) == list(body)
    assert api.get(response["Location"]).json() == api.get("/pro/properties/by-reference/ap101").json() == body
    assert nobody.get(body["url"]).status_code == 200
    again = api.post(LIST, sent, **{"Idempotency-Key": "one"})
    assert (again.json(), again["Idempotency-Replayed"], events()) == (body, "true", [("property_made", "")])
    assert api.post(LIST, {"title": "House on the Quay"}).json()["slug"] == "house-on-the-quay-2"
    assert api.post(LIST, {"title": "門"}).json()["slug"] == "property"


def test_fields_are_changed_and_emptied(api, pro):
    path = api.post(LIST, {"title": "House", "reference": "A1", "price": 5, "city": "Brest"})["Location"]
    etag = api.get(path)["ETag"]
    changes = {"city": None, "price": None, "reference": None, "isPublished": False, "title": "Flat"}
    changed = api.patch(path, changes, **{"If-Match": etag})
    assert {name: changed.json()[name] for name in changes} == changes
    assert (changed["ETag"], api.get(path)["ETag"]) == (changed["ETag"],) * 2
    assert refusals(api.patch(path, {"city": "Metz"}, **{"If-Match": etag}))[:2] == (412, "PRECONDITION_FAILED")
    before = changed.json()["updatedAt"]
    assert api.patch(path, changes).json()["updatedAt"] == before
    expected = [("property_made", ""), ("property_changed", "city,is_published,price,reference,title")]
    assert events() == expected
    numbers = [{"number": "7"}]
    assert api.patch(path, {"numbers": numbers}).json()["numbers"] == [{"portal": None, "number": "7"}]
    assert events() == [*expected, ("property_changed", "numbers")]


def test_a_property_is_kept_by_its_reference(api, pro):
    other = PropertyFactory(reference="AP-101", title="Somebody's")
    made = api.put(KEPT, {"title": "House", "price": 5})
    row = Property.objects.for_pro(pro).get()
    assert (made.status_code, made["Location"], made.json()["reference"]) == (201, f"{LIST}/{row.pk}", "AP-101")
    again = api.put(KEPT, {"title": "House", "price": 5})
    assert (again.status_code, again.json(), len(events())) == (200, made.json(), 1)
    # "AP/101" is the same as it is compared.
    changed = api.put("/pro/properties/by-reference/ap%20101", {"price": 6, "reference": "AP/101"})
    assert (changed.status_code, changed.json()["price"], changed.json()["title"]) == (200, 6.0, "House")
    assert (changed.json()["reference"], Property.objects.for_pro(pro).count()) == ("AP/101", 1)
    other.refresh_from_db()
    assert other.title == "Somebody's"
    assert refusals(api.put(KEPT, {"price": 7}, **{"If-Match": made["ETag"]}))[0] == 412
    nobodys = "/pro/properties/by-reference/none"
    assert refusals(api.put(nobodys, {"title": "House"}, **{"If-Match": "*"}))[0] == 412
    assert api.get(nobodys).status_code == api.put(f"{KEPT}/", {"title": "House"}).status_code == 404


def test_what_is_refused_stores_nothing(api, pro, case):
    PropertyFactory(pro=pro, reference="AP-9", slug="taken")
    PropertyFactory(pro=pro).numbers.create(number="88123")
    refused = {
        "no title": ({}, invalid(title="This field is required.")),
        "a blank title": ({"title": " \u00a0"}, invalid(title="This field cannot be blank.")),
        "reference of another": (
            {"title": "x", "reference": "ap9"},
            invalid(reference="Another property has this reference."),
        ),
        "a reference of nothing": (
            {"title": "x", "reference": "--"},
            invalid(reference="Use at least one letter or digit."),
        ),
        "slug of another": (
            {"title": "x", "slug": "taken"},
            invalid(slug="Property with this Address on the site already exists."),
        ),
        "three decimals": (
            {"title": "x", "price": 1.005},
            invalid(price="Ensure that there are no more than 2 decimal places."),
        ),
        "number of another": (
            {"title": "x", "numbers": [{"number": "8812-3"}]},
            invalid(numbers="A property has this number already."),
        ),
        "a number twice": (
            {"title": "x", "numbers": [{"number": "4"}, {"number": "4."}]},
            invalid(numbers="A property has this number already."),
        ),
        "a number of nothing": (
            {"title": "x", "numbers": [{"number": "."}]},
            invalid(numbers="Use at least one letter or digit."),
        ),
    }
    for label, (body, expected) in refused.items():
        with case(label):
            assert refusals(api.post(LIST, body)) == expected
            assert Property.objects.count() == 2
    with case("kept without a title"):
        assert refusals(api.put(KEPT, {"price": 5})) == invalid(title="This field cannot be blank.")
    with case("kept under another reference"):
        text = "This is the reference of another property."
        assert refusals(api.put(KEPT, {"title": "x", "reference": "AP-102"})) == invalid(reference=text)
        assert refusals(api.put(KEPT, {"title": "x", "reference": None})) == invalid(reference=text)
    with case("kept under nothing"):
        text = "Use at least one letter or digit."
        assert refusals(api.put("/pro/properties/by-reference/--", {"title": "x"})) == invalid(reference=text)
    with case("kept under a long one"):
        assert refusals(api.put(f"/pro/properties/by-reference/{'x' * 200}", {"title": "x"}))[0] == 400


def test_the_list(api, pro):
    PropertyFactory()
    rows = [PropertyFactory(pro=pro, reference=f"AP-{number}") for number in range(3)]
    rows[2].is_published = False
    rows[2].save()
    first = api.get(LIST, limit=2).json()
    second = api.get(LIST, limit=2, cursor=first["cursor"]["next"]).json()
    ids = [each["id"] for page in (first, second) for each in page["data"]]
    assert ids == [str(row.pk) for row in reversed(rows)]
    assert (first["hasMore"], second["hasMore"], second["cursor"]["next"]) == (True, False, None)
    assert [each["reference"] for each in api.get(LIST, isPublished="false").json()["data"]] == ["AP-2"]
    assert [each["reference"] for each in api.get(LIST, reference="ap 1").json()["data"]] == ["AP-1"]
    assert api.get(LIST, reference="--").json()["data"] == []
    api.patch(f"{LIST}/{rows[0].pk}", {"city": "Brest"})
    changes = api.get(LIST, order_by="updatedAt", limit=2).json()
    assert [each["reference"] for each in changes["data"]] == ["AP-1", "AP-2"]
    rest = api.get(LIST, order_by="updatedAt", limit=2, cursor=changes["changes"]["next"]).json()
    assert ([each["reference"] for each in rest["data"]], rest["changes"]) == (["AP-0"], {"next": None, "deleted": []})
    assert api.get(LIST, updated_since="2999-01-01T00:00:00Z").json()["data"] == []
    assert refusals(api.get(LIST, cursor="nonsense"))[:2] == (400, "INVALID_CURSOR")


@pytest.mark.django_db(transaction=True)
def test_two_programs_at_once_make_one_property(api, at_once, pro):
    answers = at_once(2, lambda number: api.put(KEPT, {"title": "House", "summary": str(number)}).status_code)
    assert (sorted(answers), Property.objects.for_pro(pro).count()) == ([200, 201], 1)
