"""The public form: a property's page, what is stored of a form, what is refused, and spam."""

import time

import pytest
from django.test import Client
from django.urls import reverse

from contact_requests.models import ContactRequest
from contact_requests.spam import FLOOD, PER_PLACE, make_stamp
from contacts.models import Contact, ContactIdentity

from ..factories import PropertyFactory
from ..pages import Page
from .rows import assert_nothing_is_stored, jobs

PATH = "/properties/house"
HTMX = {"HX-Request": "true", "HX-Target": "contact"}
ARRIVED = "Your message has arrived"


@pytest.fixture
def house(pro):
    return PropertyFactory(pro=pro, slug="house", title="The House", city="Honfleur", price=389000)


def fields(prop, age=60, **changes):
    """The fields that a browser sends of a form rendered `age` seconds ago."""
    return {
        "name": "Hélène Œuvrard",
        "email": "Helene@Example.org",
        "phone": "06 12 34 56 78",
        "message": "Is it free?\nI could come on Saturday.",
        "stamp": make_stamp(prop, time.time() - age),
        "website": "",
        **changes,
    }


def tasks():
    return sorted(job[0] for job in jobs())


def test_the_page_shows_the_property_and_its_form(nobody, house):
    response = nobody.get(PATH)
    page = Page(response)
    assert (page.one("h1").text, page.one(".place").text) == ("The House", "Honfleur")
    assert (page.one(".facts").text, page.one(".public-head").text) == ("€389,000", house.pro.name)
    assert set(page.form().fields) == {"name", "email", "phone", "message", "stamp", "website"}
    assert response.cookies == {}


@pytest.mark.parametrize("path", ["/properties/none", "/properties/house/"])
def test_an_unknown_address_is_404(nobody, house, path):
    assert Page(nobody.get(path), 404).one("h1").text == "There is nothing here"


def test_an_unpublished_property_is_404(nobody, pro):
    PropertyFactory(pro=pro, slug="hidden", title="Hidden House", is_published=False)
    for response in (nobody.get("/properties/hidden"), nobody.post("/properties/hidden", {})):
        page = Page(response, 404)
        assert page.one("h1").text == "There is nothing here" and "Hidden House" not in page.text


def test_with_htmx_the_answer_replaces_the_form(nobody, house):
    fragment = Page(nobody.post(PATH, fields(house), headers=HTMX))
    assert fragment.html.strip().startswith('<section id="contact"') and not fragment.has("html, form")
    assert fragment.one(".reference").text == ContactRequest.objects.get().reference


def test_a_form_is_stored_with_its_contact_and_its_jobs(nobody, house):
    nobody.post(PATH, fields(house), headers={"Accept-Language": "fr"})
    [row], [contact] = ContactRequest.objects.values(), Contact.objects.values()
    assert row == {
        **row,
        "pro_id": house.pro_id,
        "property_id": house.pk,
        "contact_id": contact["id"],
        "name": "Hélène Œuvrard",
        "email": "Helene@Example.org",
        "phone": "+33612345678",
        "message": "Is it free?\nI could come on Saturday.",
        "language": "fr",
        "status": "new",
        "quarantined_at": None,
        "quarantine_reason": "",
    }
    assert contact == {
        **contact,
        "pro_id": house.pro_id,
        "name": "Hélène Œuvrard",
        "email": "Helene@Example.org",
        "phone": "+33612345678",
        "source": "contact_form",
    }
    identities = ContactIdentity.objects.values_list("channel", "external_id")
    assert sorted(identities) == [("email", "helene@example.org"), ("phone", "+33612345678")]
    assert tasks() == ["acknowledge", "notify"]


def test_an_address_that_grows_in_lower_case_is_received(nobody, house):
    label = "İ" * 60
    nobody.post(PATH, fields(house, email=f"a@{label}.{label}.{label}.com", phone=""))
    assert (ContactRequest.objects.count(), Contact.objects.count()) == (1, 1)


def test_a_second_message_joins_the_known_contact(nobody, house):
    nobody.post(PATH, fields(house))
    nobody.post(PATH, fields(house, email="HELENE@example.ORG", phone=""))
    assert (ContactRequest.objects.count(), Contact.objects.count()) == (2, 1)


INVALID = [
    ({"name": ""}, "This field is required."),
    ({"name": "\u200b\u2060"}, "Write at least one word."),
    ({"name": "x" * 201}, "Ensure this value has at most 200 characters (it has 201)."),
    ({"email": "", "phone": ""}, "Enter an e-mail address or a phone number, so that you can get an answer."),
    ({"email": "not an address"}, "Enter a valid email address."),
    ({"email": "a" * 250 + "@example.org"}, "Ensure this value has at most 254 characters (it has 262)."),
    ({"phone": "call me"}, "Enter a phone number, such as +33 6 12 34 56 78."),
    ({"message": ""}, "This field is required."),
    ({"message": "x" * 5001}, "Ensure this value has at most 5000 characters (it has 5001)."),
    ({"message": "a\x00b"}, "Null characters are not allowed."),
    ({"name": "a\x00b"}, "Null characters are not allowed."),
]


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "htmx"])
def test_an_invalid_value_is_named_and_the_others_stay(nobody, house, case, headers):
    for changes, error in INVALID:
        with case("invalid", changes=ascii(changes)[:60]):
            sent = fields(house, **changes)
            page = Page(nobody.post(PATH, sent, headers=headers), 422)
            assert page.has("html") == (not headers)
            assert error in page.one("#contact").texts(".field .errorlist li")
            typed = page.form("#contact form").fields
            same = set(sent) - set(changes) - {"website", "stamp"}
            assert {name: typed[name] for name in same} == {name: sent[name] for name in same}
            assert_nothing_is_stored()


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "htmx"])
def test_a_stamp_with_a_nul_is_refused(nobody, house, headers):
    page = Page(nobody.post(PATH, fields(house, stamp="a\x00b"), headers=headers), 422)
    assert page.form("#contact form").fields["name"] == "Hélène Œuvrard"
    assert_nothing_is_stored()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"website": "https://spam.example"}, "honeypot"),
        ({"website": "x" * 30_000}, "honeypot"),
        ({"stamp": "x" * 30_000}, "no_stamp"),
        ({"age": 1}, "too_fast"),
        ({"stamp": ""}, "no_stamp"),
        ({"stamp": "made:up:here"}, "no_stamp"),
    ],
)
def test_suspected_spam_is_quarantined_and_the_sender_sees_no_difference(nobody, house, changes, reason):
    response = nobody.post(PATH, fields(house, **changes), headers=HTMX)
    contact_request = ContactRequest.objects.get()
    assert Page(response).one("h1").text == ARRIVED
    assert (contact_request.quarantine_reason, contact_request.contact) == (reason, None)
    assert (Contact.objects.count(), jobs()) == (0, [])


def test_the_stamp_of_another_property_counts_as_none(nobody, house, pro):
    other = PropertyFactory(pro=pro)
    nobody.post(PATH, fields(house, stamp=make_stamp(other, time.time() - 60)))
    assert ContactRequest.objects.get().quarantine_reason == "no_stamp"


def test_too_many_from_one_place_are_quarantined(nobody, house, monkeypatch):
    monkeypatch.setattr(PER_PLACE, "times", 2)
    for n in range(3):
        nobody.post(PATH, fields(house, email=f"v{n}@example.org"))
    reasons = ContactRequest.objects.order_by("created_at").values_list("quarantine_reason", flat=True)
    assert list(reasons) == ["", "", "too_often"]


def test_a_flood_is_refused_and_the_form_keeps_its_values(nobody, house, monkeypatch):
    monkeypatch.setattr(FLOOD, "times", 1)
    nobody.post(PATH, fields(house))
    response = nobody.post(PATH, fields(house, name="Second"))
    page = Page(response, 429)
    assert 0 < int(response["Retry-After"]) <= 3600
    error = "Too many messages came from your network. Please try again later."
    assert page.one("#contact [role=alert]").text == error
    assert page.form("#contact form").fields["name"] == "Second"
    assert ContactRequest.objects.count() == 1


def test_a_forged_forwarding_header_does_not_lift_the_limit(nobody, house, monkeypatch):
    monkeypatch.setattr(FLOOD, "times", 1)
    nobody.post(PATH, fields(house), headers={"X-Forwarded-For": "198.51.100.1"})
    response = nobody.post(PATH, fields(house), headers={"X-Forwarded-For": "198.51.100.2"})
    assert (response.status_code, ContactRequest.objects.count()) == (429, 1)


def test_the_same_form_sent_twice_is_one_contact_request(nobody, house):
    sent = fields(house)
    addresses = [nobody.post(PATH, sent)["Location"] for _ in range(2)]
    assert addresses[0] == addresses[1]
    assert (ContactRequest.objects.count(), tasks()) == (1, ["acknowledge", "notify"])


def test_the_same_form_with_another_message_is_another_contact_request(nobody, house):
    sent = fields(house)
    nobody.post(PATH, sent)
    nobody.post(PATH, {**sent, "message": "And the garage?"})
    assert sorted(ContactRequest.objects.values_list("message", flat=True)) == ["And the garage?", sent["message"]]


def test_a_no_reply_address_gets_no_acknowledgment(nobody, house):
    nobody.post(PATH, fields(house, email="no-reply@example.org"))
    assert tasks() == ["notify"]


def test_each_request_of_an_address_is_acknowledged_up_to_a_limit(nobody, house, monkeypatch):
    monkeypatch.setattr(PER_PLACE, "times", 100)
    for _ in range(12):
        nobody.post(PATH, fields(house))
    assert tasks() == ["acknowledge"] * 10 + ["notify"] * 12


def test_the_gate_stops_no_visitor(nobody, house):
    house.pro.cni_required = True
    house.pro.save()
    nobody.post(PATH, fields(house))
    assert ContactRequest.objects.get().quarantine_reason == ""


@pytest.mark.django_db(transaction=True)
def test_two_forms_at_once_from_one_new_visitor_make_one_contact(house, at_once):
    for round in range(10):

        def send(n, round=round):
            data = fields(house, email=f"new{round}@example.org", phone="", message=f"Message {n}")
            return Client().post(PATH, data, REMOTE_ADDR=f"198.51.{round}.{n}").status_code

        assert at_once(2, send) == [302, 302]
    assert (ContactRequest.objects.count(), Contact.objects.count()) == (20, 10)


def test_other_methods_are_refused(nobody, house):
    response = nobody.put(reverse("contact_requests:property_detail", args=["house"]))
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, POST")


def test_a_signed_in_pro_sees_the_page_too(browser, house):
    assert Page(browser.get(PATH)).one("h1").text == "The House"
