"""GET /api/v1/contacts: pages, filters and search."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.models import Contact

from ..factories import ContactFactory
from .conftest import START

LIST = "/api/v1/contacts"
FULL = {
    "id": uuid.UUID("550e8400-e29b-41d4-a716-446655440000"),
    "name": "Jane Smith",
    "email": "jane@example.com",
    "phone": "+15551234567",
    "status": "applicant",
    "role": "tenant",
    "channel_preference": "whatsapp",
    "source": "telegram",
    "referral_source": "A friend",
    "language": "fr",
    "applied_at": START + timedelta(hours=1, microseconds=999999),
}


def names(response):
    assert response.status_code == 200, response.content
    body = response.json()
    listed = [row["name"] for row in body["data"]]
    assert body["pagination"]["total"] >= len(listed)
    return listed


def pagination(response):
    assert response.status_code == 200, response.content
    return response.json()["pagination"]


# --- The answer


def test_the_whole_page_byte_for_byte(api, contact):
    contact(**FULL)
    contact(at=1.9, id=uuid.UUID("550e8400-e29b-41d4-a716-446655440001"), name="Zoé", email="", phone="+33612345678")
    Contact.objects.update(updated_at=START + timedelta(hours=3))
    response = api.get(LIST)
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")
    assert response.content.decode() == (
        '{"data":['
        '{"id":"550e8400-e29b-41d4-a716-446655440001","name":"Zoé","email":null,"phone":"+33612345678",'
        '"status":"prospect","role":"prospect","channelPreference":null,"source":"contact_form",'
        '"referralSource":null,"language":"en","appliedAt":null,"createdAt":"2026-02-10T14:30:01Z",'
        '"updatedAt":"2026-02-10T17:30:00Z"},'
        '{"id":"550e8400-e29b-41d4-a716-446655440000","name":"Jane Smith","email":"jane@example.com",'
        '"phone":"+15551234567","status":"applicant","role":"tenant","channelPreference":"whatsapp",'
        '"source":"telegram","referralSource":"A friend","language":"fr","appliedAt":"2026-02-10T15:30:00Z",'
        '"createdAt":"2026-02-10T14:30:00Z","updatedAt":"2026-02-10T17:30:00Z"}],'
        '"pagination":{"page":1,"limit":20,"total":2,"totalPages":1}}'
    )


def test_without_contacts(api):
    expected = {"data": [], "pagination": {"page": 1, "limit": 20, "total": 0, "totalPages": 0}}
    assert api.get(LIST).json() == expected


def test_another_pros_are_neither_listed_counted_nor_found(api, contact):
    contact(name="Own")
    ContactFactory(name="Foreign")
    assert names(api.get(LIST)) == ["Own"]
    assert pagination(api.get(LIST))["total"] == 1
    assert names(api.get(LIST, search="Foreign")) == []


def test_deleted_ones_are_neither_listed_counted_nor_found(api, contact):
    contact(name="Kept")
    contact(name="Gone").archive(by=None)
    assert names(api.get(LIST)) == ["Kept"]
    assert pagination(api.get(LIST))["total"] == 1
    assert pagination(api.get(LIST, search="Gone"))["total"] == 0


def test_newest_first_and_ties_by_id(api, contact):
    tied = sorted((contact(at=5) for _ in range(4)), key=lambda c: c.pk, reverse=True)
    older, newer = contact(at=0), contact(at=9)
    ids = [row["id"] for row in api.get(LIST).json()["data"]]
    assert ids == [str(c.pk) for c in (newer, *tied, older)]


# --- Pages


def test_pages_follow_each_other(api, contact):
    for n in range(5):
        contact(at=-n, name=f"C{n}")
    pages = [api.get(LIST, page=p, limit=2) for p in (1, 2, 3)]
    assert [names(page) for page in pages] == [["C0", "C1"], ["C2", "C3"], ["C4"]]
    assert [pagination(page) for page in pages] == [
        {"page": p, "limit": 2, "total": 5, "totalPages": 3} for p in (1, 2, 3)
    ]


def test_pages_of_a_search_follow_each_other(api, contact):
    for n in range(5):
        contact(at=-n, name=f"Zoé {n}"), contact(at=-n, name=f"Paul {n}")
    for search in ("zoe", "zo"):
        pages = [api.get(LIST, page=p, limit=2, search=search) for p in (1, 2, 3)]
        assert [names(page) for page in pages] == [["Zoé 0", "Zoé 1"], ["Zoé 2", "Zoé 3"], ["Zoé 4"]]
        assert [pagination(page) for page in pages] == [
            {"page": p, "limit": 2, "total": 5, "totalPages": 3} for p in (1, 2, 3)
        ]


@pytest.mark.parametrize("page", [2, 3, 10**9, 2**53 - 1])
def test_a_page_past_the_end_is_empty(api, contact, page):
    contact(name="Hélène")
    expected = {"data": [], "pagination": {"page": page, "limit": 20, "total": 1, "totalPages": 1}}
    assert api.get(LIST, page=page).json() == expected
    assert api.get(LIST, page=page, search="hel").json() == expected


@pytest.mark.parametrize(("plan", "greatest"), [("free", 50), ("pro", 100), ("enterprise", 500)])
def test_the_limit_is_clamped_to_the_plan_and_says_so(api, pro, plan, greatest):
    pro.plan = plan
    pro.save()
    ContactFactory.create_batch(greatest + 1, pro=pro)
    for asked, given in [(1, 1), (greatest, greatest), (greatest + 1, greatest), (2**53 - 1, greatest)]:
        response = api.get(LIST, limit=asked)
        pages = -(-(greatest + 1) // given)
        assert pagination(response) == {"page": 1, "limit": given, "total": greatest + 1, "totalPages": pages}
        assert len(response.json()["data"]) == given
    assert len(api.get(LIST).json()["data"]) == 20


@pytest.mark.parametrize("name", ["page", "limit"])
@pytest.mark.parametrize("value", ["0", "-1", "", "x", "1.5", "1e3", "null", "true", str(2**53), "9" * 40, "9" * 5000])
def test_an_invalid_number_is_refused(api, refused, name, value):
    refused(api.get(LIST, **{name: value}), name)


# --- Filters


@pytest.mark.parametrize(
    ("parameter", "field", "values"),
    [
        ("status", "status", ["prospect", "scheduled", "applicant", "renter", "archived"]),
        ("role", "role", ["prospect", "tenant", "landlord", "property_manager", "vendor", "other"]),
        ("channel", "channel_preference", ["whatsapp", "telegram", "email", "sms", "phone"]),
    ],
)
def test_every_value_of_a_filter(api, contact, refused, parameter, field, values):
    for value in values:
        contact(name=value, **{field: value})
    for value in values:
        assert names(api.get(LIST, **{parameter: value})) == [value]
        assert pagination(api.get(LIST, **{parameter: value}))["total"] == 1
    for value in ("", "PROSPECT", "none", "null", "prospect "):
        [message] = refused(api.get(LIST, **{parameter: value}), parameter)
        assert message == f"Choose one of: {', '.join(sorted(values))}."


def test_filters_and_search_together(api, contact):
    contact(name="Ann", status="renter", role="tenant")
    contact(name="Bob", status="renter", role="tenant")
    contact(name="Ann other", status="renter", role="vendor")
    assert names(api.get(LIST, status="renter", role="tenant", search="ann")) == ["Ann"]


def test_all_errors_at_once_and_unknown_parameters_are_ignored(api, contact, refused):
    contact(name="Ann")
    refused(
        api.get(LIST, page=0, limit=0, status="x", role="y", channel="z"),
        *("page", "limit", "status", "role", "channel"),
    )
    assert names(api.get(LIST, sort="name", notes="1")) == ["Ann"]


# --- Search


@pytest.mark.dialect
@pytest.mark.parametrize(
    "text",
    ["Hélène", "helene", "HELENE", "élè", "oeuv", "Œuvrard", "hélène  œuv", " lene ", "H.Oeuvrard@", "example.ORG"],
)
def test_a_name_or_email_ignoring_case_and_accents(api, contact, text):
    contact(name="Hélène Œuvrard", email="h.oeuvrard@example.org")
    contact(name="Bob", email="bob@elsewhere.net")
    assert names(api.get(LIST, search=text)) == ["Hélène Œuvrard"]


@pytest.mark.dialect
@pytest.mark.parametrize(
    "text",
    [
        "+33612345678",
        "0612345678",
        "06 12 34 56 78",
        "06.12.34.56.78",
        "06-12-34",
        "0033 6 12 34 56 78",
        "+33 (0)6 12 34 56 78",
        "33612345678",
        "345678",
        "(06) 12/34",
    ],
)
def test_digits_find_a_phone_however_typed(api, contact, text):
    contact(name="Found", phone="+33612345678")
    contact(name="Other", phone="+32475999999")
    assert names(api.get(LIST, search=text)) == ["Found"]


@pytest.mark.dialect
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("%", ["50% off"]),
        ("_", ["a_b"]),
        ("'", ["O'Neil"]),
        ('"', ['say "hi"']),
        ("\\", ["back\\slash"]),
        ("%%", []),
        ("a_b", ["a_b"]),
        ("a%b", []),
        ("'; --", []),
        ("a OR b", []),
        ("*", []),
    ],
)
def test_signs_are_ordinary_characters(api, contact, text, expected):
    for name in ("50% off", "a_b", "axb", "O'Neil", 'say "hi"', "back\\slash"):
        contact(name=name, email="x@example.org")
    assert names(api.get(LIST, search=text)) == expected


@pytest.mark.parametrize("text", ["", "   "])
def test_an_empty_search_is_none(api, contact, text):
    contact(name="Ann")
    assert names(api.get(LIST, search=text)) == ["Ann"]


def test_nothing_is_found_across_two_fields(api, contact):
    contact(name="Ann", email="bob@example.org")
    assert names(api.get(LIST, search="Ann bob")) == []
    assert names(api.get(LIST, search="annbob")) == []


def test_an_unusable_search(api, refused):
    assert refused(api.get(LIST, search="a\0b"), "search") == ["Text must not contain NUL or an unpaired surrogate."]
    refused(api.get(LIST, search="x" * 201), "search")


def test_a_search_follows_a_change(api, contact):
    row = contact(name="Ann")
    api.patch(f"{LIST}/{row.pk}", {"name": "Béa", "phone": "06 12 34 56 78"})
    assert names(api.get(LIST, search="ann")) == []
    assert names(api.get(LIST, search="bea")) == names(api.get(LIST, search="0612345678")) == ["Béa"]


# --- Cost


def test_the_list_makes_no_query_per_row(api, contact, pro):
    api.get(LIST)

    def asked():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert api.get(LIST, limit=50, search="visitor", status="prospect").status_code == 200
        return len([q for q in queries if "contacts_" in q["sql"]])

    # SQLite is asked first how common a term is.
    expected = 3 if connection.vendor == "sqlite" else 2
    contact()
    assert asked() == expected
    ContactFactory.create_batch(49, pro=pro)
    assert asked() == expected
