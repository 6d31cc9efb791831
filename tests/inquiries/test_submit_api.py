"""POST /api/inquiries: the documented examples, every refusal, and UserHub that is down."""

import json
from datetime import UTC
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_tasks_db.models import DBTaskResult

from inquiries.models import FilterOption, Inquiry, InquiryHistory

from . import hub as hubs
from . import submitting
from .submitting import NEW, PATH

hub = hubs.hub
people = submitting.people


def refusal(response):
    """The status, and the field errors of a validation error."""
    body = response.json()
    errors = body["errors"]
    text = "; ".join(f"{field}: {message}" for field, messages in errors.items() for message in messages)
    assert body == {"success": False, "message": "Validation failed", "error": text, "errors": errors}
    assert not Inquiry.objects.exists() and not DBTaskResult.objects.exists()
    return response.status_code, errors


# --- As documented


def created(inquiry, user_id, created_by):
    """The documented answer."""
    return {
        "success": True,
        "message": "Inquiry submitted successfully",
        "data": {
            "inquiry_id": inquiry.pk,
            "reference": inquiry.pk,
            "status": "open",
            "user_id": user_id,
            "created_by": created_by,
            "created_at": f"{inquiry.created_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S}+00:00",
        },
    }


def test_a_customer_submits_their_own(api, pro, people, shipped):
    body = """{ "inquiry_type_id": %d, "user_id": 123, "subject": "Verbouwing keuken",
      "message": "Ik wil graag mijn keuken laten verbouwen en zou graag een offerte ontvangen.",
      "category": "renovation", "budget": 4500.00, "priority": "normal", "source": "mijn-portal" }"""
    response = api.post(PATH, body % shipped["question"].pk)
    inquiry = Inquiry.objects.for_pro(pro).get()
    assert (response.status_code, response["Location"], response["Content-Type"]) == (
        201,
        f"/api/inquiries/{inquiry.pk}",
        "application/json",
    )
    answer, expected = response.json(), created(inquiry, user_id=123, created_by=123)
    assert (answer, list(answer["data"])) == (expected, list(expected["data"]))
    assert (inquiry.inquiry_type.slug, inquiry.budget, inquiry.category, inquiry.priority, inquiry.source) == (
        "question",
        Decimal("4500.00"),
        "renovation",
        "normal",
        "mijn-portal",
    )
    assert inquiry.person["email"] == "jan@example.org"


def test_a_contractor_submits_on_behalf_of_a_customer(api, people, shipped):
    body = {
        "inquiry_type_id": shipped["offer_request"].pk,
        "user_id": 456,
        "created_by": 789,
        "subject": "Aanvraag namens klant",
        "message": "De klant wil graag informatie over de mogelijkheden voor aanbouw.",
        "category": "construction",
        "priority": "normal",
        "source": "mijn-portal",
    }
    response = api.post(PATH, body)
    assert response.status_code == 201
    assert response.json() == created(Inquiry.objects.get(), user_id=456, created_by=789)
    assert InquiryHistory.objects.get().changed_by == 789


def test_user_id_is_never_overridden_by_the_token(api_with, people):
    response = api_with("inquiries:write", actor_id=789).post(PATH, {**NEW, "user_id": 123})
    assert {k: response.json()["data"][k] for k in ("user_id", "created_by")} == {"user_id": 123, "created_by": 789}


def test_optional_fields_may_be_null(api, people, shipped):
    optional = ("inquiry_type_id", "created_by", "category", "budget", "priority", "source", "filter_option_ids")
    assert api.post(PATH, {**NEW, **dict.fromkeys(optional)}).status_code == 201
    inquiry = Inquiry.objects.get()
    assert (
        inquiry.inquiry_type,
        inquiry.created_by,
        inquiry.category,
        inquiry.budget,
        inquiry.priority,
        inquiry.source,
    ) == (
        shipped["question"],
        456,
        "",
        None,
        "normal",
        "",
    )


def test_filter_options(api, people):
    options = [FilterOption.objects.create(group="Region", label=label) for label in ("North", "South", "West")]
    api.post(PATH, {**NEW, "filter_option_ids": [options[2].pk, options[0].pk]})
    assert list(Inquiry.objects.get().filter_options.all()) == [options[0], options[2]]


@pytest.mark.dialect
@pytest.mark.parametrize(
    ("budget", "kept"),
    [
        ("4500.00", "4500.00"),
        ("4500", "4500.00"),
        ('"4500.5"', "4500.50"),
        ("0", "0.00"),
        ("0.07", "0.07"),
        ("1e3", "1000.00"),
        ("9999999999.99", "9999999999.99"),
        ('"9999999999.99"', "9999999999.99"),
        # What a program gets that adds 0.1 and 0.2.
        ("0.30000000000000004", "0.30"),
    ],
)
def test_budgets(api, people, budget, kept):
    response = api.post(PATH, json.dumps(NEW)[:-1] + f', "budget": {budget}}}')
    assert (response.status_code, str(Inquiry.objects.get().budget)) == (201, kept)


# --- Refusals


def test_personal_data_is_refused_by_name_and_so_is_what_is_not_known(api, people):
    sent = {"first_name": "Jan", "email": "jan@example.org", "address": {"city": "Utrecht"}, "vat_number": "x"}
    personal = ["Personal data is not taken from here: it comes from UserHub, by user_id."]
    response = api.post(PATH, {**NEW, **sent, "colour": "red", "status": "closed"})
    assert refusal(response) == (
        422,
        {
            **dict.fromkeys(sent, personal),
            "colour": ["This field is not known here."],
            "status": ["This field is not known here."],
        },
    )


def test_required_fields(api, people):
    required = ["This field is required."]
    assert refusal(api.post(PATH, {})) == (422, dict.fromkeys(("user_id", "subject", "message"), required))


def test_every_field_at_fault_is_named(api, people):
    off = FilterOption.objects.create(group="Region", label="North", is_active=False)
    wrong = {"user_id": 9, "subject": "  ", "inquiry_type_id": 10**6, "filter_option_ids": [off.pk]}
    assert refusal(api.post(PATH, {**NEW, **wrong})) == (
        422,
        {
            "subject": ["Write at least one word."],
            "inquiry_type_id": ["There is no active inquiry type with this id."],
            "filter_option_ids": [f"There is no active filter option with these ids: {off.pk}."],
            "user_id": ["UserHub knows no user of this id."],
        },
    )


HOSTILE = [
    *(("user_id", v) for v in (0, -1, 2**63, 2**80, "456x", 1.5, True, None, [456])),
    *(("created_by", v) for v in (0, 2**63, "", False)),
    *(("inquiry_type_id", v) for v in (0, -5, 2**63, "question", {})),
    *(("subject", v) for v in ("", "a\0b", "\ud800", "x" * 256, 5, None, "\x19\x1c")),
    *(("message", v) for v in ("", " \n ", "\x7f", "a\0b", "x" * 10_001, ["x"], None)),
    *(("category", v) for v in ("a\0", "x" * 101, 7)),
    *(("source", v) for v in ("\udfff", "x" * 101, {})),
    *(("priority", v) for v in ("soon", "", "HIGH", 1)),
    *(("budget", v) for v in (-1, -0.01, 1.234, 1e10, 1e300, 10**10, 2**80, True, "", "-1", "NaN", "1e3", "1,50")),
    *(("budget", v) for v in ("1.234", "٤", "12345678901", [], {})),
    *(("filter_option_ids", v) for v in ([0], [2**63], ["1"], [None], 1, {}, [1] * 101, [10**9])),
]


@pytest.mark.parametrize(("field", "value"), HOSTILE, ids=lambda v: repr(v)[:20])
def test_a_value_that_cannot_be_is_refused_by_its_field(api, people, field, value):
    status, errors = refusal(api.post(PATH, {**NEW, field: value}))
    assert (status, list(errors)) == (422, [field])


def test_nan_is_no_json(api, people):
    response = api.post(PATH, json.dumps({**NEW, "budget": float("nan")}))
    assert (response.status_code, Inquiry.objects.count()) == (400, 0)
    assert response.json() == {
        "success": False,
        "message": "Unreadable request",
        "error": "The body is not readable as a JSON object in UTF-8.",
    }


def test_the_scope_is_inquiries_write(api_with, people):
    assert api_with("inquiries:read", "contacts:write").post(PATH, NEW).status_code == 403
    assert not Inquiry.objects.exists()


# --- UserHub


def test_an_inquiry_is_accepted_while_userhub_is_down(api, shipped, hub):
    hub.stop()
    response = api.post(PATH, NEW)
    inquiry = Inquiry.objects.get()
    assert (response.status_code, response.json()["data"]["inquiry_id"]) == (201, inquiry.pk)
    assert inquiry.is_waiting_for_profile
    hub.start()


def test_a_user_whom_userhub_does_not_know(api, shipped, hub):
    hub.say({}, 404)
    assert refusal(api.post(PATH, NEW)) == (422, {"user_id": ["UserHub knows no user of this id."]})


# --- Cost


def test_a_known_customers_submission_asks_for_each_thing_once(api, people):
    api.post(PATH, NEW)  # Makes the contact, and notes the token's use.
    with CaptureQueriesContext(connection) as queries:
        assert api.post(PATH, NEW).status_code == 201
    asked = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
    # Token; type, customer and whether the Pro was given them; contact, pipeline; inquiry, history, what waits, the
    # contact's last word, the count of mails; both jobs.
    # PostgreSQL is asked to hold the book and the pipeline, for the inquiry's key, and once more for contact and
    # pipeline; it writes the inquiry with its history in one, and three others.
    assert len(asked) == (12 if connection.vendor == "postgresql" else 10)
    # Its own transaction, within the test's.
    assert len(queries) - len(asked) == 2
