import threading
import time

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from django_tasks_db.models import DBTaskResult

from contact_requests.models import ContactRequest
from contact_requests.spam import FLOOD, PER_PLACE, make_stamp
from contacts.models import Contact, ContactIdentity
from tests.factories import PropertyFactory

HTMX = {"HX-Request": "true", "HX-Target": "contact"}


@pytest.fixture
def house(pro):
    return PropertyFactory(pro=pro, slug="house", title="The House", city="Honfleur", price=389000)


def words(prop, age=60, **changes):
    """What a browser sends after `age` seconds of writing."""
    return {
        "name": "Hélène Œuvrard",
        "email": "Helene@Example.org",
        "phone": "06 12 34 56 78",
        "message": "Is it free?\nI could come on Saturday.",
        "stamp": make_stamp(prop, time.time() - age),
        "website": "",
        **changes,
    }


def jobs():
    return sorted(DBTaskResult.objects.values_list("task_path", flat=True))


def test_the_page_shows_the_property_and_its_form(nobody, house):
    response = nobody.get("/properties/house")
    assert response.status_code == 200
    html = response.content.decode()
    for shown in ("<h1>The House</h1>", "Honfleur", "389,000 €", 'name="message"', 'name="stamp"', house.pro.name):
        assert shown in html
    assert response.cookies == {}


@pytest.mark.parametrize("path", ["/properties/none", "/properties/house/"])
def test_an_unknown_address_is_a_404_page(nobody, house, path):
    response = nobody.get(path)
    assert response.status_code == 404
    assert "There is nothing here" in response.content.decode()


def test_an_unpublished_property_is_404(nobody, pro):
    PropertyFactory(pro=pro, slug="hidden", is_published=False)
    assert nobody.get("/properties/hidden").status_code == 404


def test_without_javascript_the_visitor_is_sent_to_the_page_with_a_reference(nobody, house):
    response = nobody.post("/properties/house", words(house))
    found = ContactRequest.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/properties/house?sent={found.reference}#contact")
    page = nobody.get(response["Location"].partition("#")[0]).content.decode()
    assert "Your message has arrived" in page and found.reference in page


def test_a_made_up_reference_is_not_shown(nobody, house):
    page = nobody.get("/properties/house", {"sent": "<b>paid</b>"}).content.decode()
    assert "paid" not in page and 'name="message"' in page


def test_with_htmx_the_answer_takes_the_place_of_the_form(nobody, house):
    response = nobody.post("/properties/house", words(house), headers=HTMX)
    html = response.content.decode()
    assert response.status_code == 200
    assert html.strip().startswith('<section id="contact"') and "<html" not in html
    assert ContactRequest.objects.get().reference in html


def test_what_is_kept(nobody, house):
    nobody.post("/properties/house", words(house), headers={"Accept-Language": "fr"})
    found = ContactRequest.objects.values().get()
    contact = Contact.objects.values().get()
    assert {key: found[key] for key in ("name", "email", "phone", "message", "language", "status")} == {
        "name": "Hélène Œuvrard",
        "email": "Helene@Example.org",
        "phone": "+33612345678",
        "message": "Is it free?\nI could come on Saturday.",
        "language": "fr",
        "status": "new",
    }
    assert (found["pro_id"], found["property_id"], found["contact_id"]) == (house.pro_id, house.pk, contact["id"])
    assert (found["quarantined_at"], found["quarantine_reason"]) == (None, "")
    assert {key: contact[key] for key in ("pro_id", "name", "email", "phone", "source")} == {
        "pro_id": house.pro_id,
        "name": "Hélène Œuvrard",
        "email": "Helene@Example.org",
        "phone": "+33612345678",
        "source": "contact_form",
    }
    assert sorted(ContactIdentity.objects.values_list("channel", "external_id")) == [
        ("email", "helene@example.org"),
        ("phone", "+33612345678"),
    ]
    assert jobs() == ["contact_requests.mails.acknowledge", "contact_requests.mails.notify"]


def test_an_address_that_grows_in_lower_case_is_received(nobody, house):
    label = "İ" * 60
    nobody.post("/properties/house", words(house, email=f"a@{label}.{label}.{label}.com", phone=""))
    assert (ContactRequest.objects.count(), Contact.objects.count()) == (1, 1)


def test_a_second_message_joins_the_known_contact(nobody, house):
    nobody.post("/properties/house", words(house))
    nobody.post("/properties/house", words(house, email="HELENE@example.ORG", phone=""))
    assert (ContactRequest.objects.count(), Contact.objects.count()) == (2, 1)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"name": ""}, "This field is required."),
        ({"name": "\u200b\u2060"}, "Write at least one word."),
        ({"name": "x" * 201}, "at most 200 characters"),
        ({"email": "", "phone": ""}, "Enter an e-mail address or a phone number"),
        ({"email": "not an address"}, "Enter a valid email address."),
        ({"email": "a" * 250 + "@example.org"}, "at most 254 characters"),
        ({"phone": "call me"}, "Enter a phone number"),
        ({"message": ""}, "This field is required."),
        ({"message": "x" * 5001}, "at most 5000 characters"),
        ({"message": "a\x00b"}, "Null characters are not allowed."),
        ({"name": "a\x00b"}, "Null characters are not allowed."),
        ({"stamp": "a\x00b"}, "Null characters are not allowed."),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "htmx"])
def test_broken_input_is_named_and_what_was_typed_stays(nobody, house, changes, error, headers):
    sent = words(house, **changes)
    response = nobody.post("/properties/house", sent, headers=headers)
    html = response.content.decode()
    assert response.status_code == 422
    assert ("<html" in html) == (not headers)
    if "stamp" not in changes:
        assert error in html
    for typed in set(sent) - set(changes) - {"website", "stamp", "email", "phone"}:
        assert escape(sent[typed]) in html
    assert ContactRequest.objects.count() == Contact.objects.count() == 0


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
def test_what_looks_like_spam_is_set_aside_and_the_sender_sees_no_difference(nobody, house, changes, reason):
    response = nobody.post("/properties/house", words(house, **changes), headers=HTMX)
    found = ContactRequest.objects.get()
    assert "Your message has arrived" in response.content.decode()
    assert (found.quarantine_reason, found.contact, Contact.objects.count(), jobs()) == (reason, None, 0, [])


def test_the_stamp_of_another_property_counts_as_none(nobody, house, pro):
    other = PropertyFactory(pro=pro)
    nobody.post("/properties/house", words(house, stamp=make_stamp(other, time.time() - 60)))
    assert ContactRequest.objects.get().quarantine_reason == "no_stamp"


def test_too_many_from_one_place_are_set_aside(nobody, house, monkeypatch):
    monkeypatch.setattr(PER_PLACE, "times", 2)
    for n in range(3):
        nobody.post("/properties/house", words(house, email=f"v{n}@example.org"))
    assert list(ContactRequest.objects.order_by("created_at").values_list("quarantine_reason", flat=True)) == [
        "",
        "",
        "too_often",
    ]


def test_a_flood_is_refused_and_what_was_typed_stays(nobody, house, monkeypatch):
    monkeypatch.setattr(FLOOD, "times", 1)
    nobody.post("/properties/house", words(house))
    response = nobody.post("/properties/house", words(house, name="Second"))
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 3600
    assert "Too many messages" in response.content.decode() and "Second" in response.content.decode()
    assert ContactRequest.objects.count() == 1


def test_a_forged_forwarding_header_opens_no_second_door(nobody, house, monkeypatch):
    monkeypatch.setattr(FLOOD, "times", 1)
    nobody.post("/properties/house", words(house), headers={"X-Forwarded-For": "198.51.100.1"})
    response = nobody.post("/properties/house", words(house), headers={"X-Forwarded-For": "198.51.100.2"})
    assert response.status_code == 429


def test_the_same_form_sent_twice_is_one_request(nobody, house):
    sent = words(house)
    answers = [nobody.post("/properties/house", sent)["Location"] for _ in range(2)]
    assert answers[0] == answers[1]
    assert (ContactRequest.objects.count(), len(jobs())) == (1, 2)


def test_the_same_form_with_other_words_is_another_request(nobody, house):
    sent = words(house)
    nobody.post("/properties/house", sent)
    nobody.post("/properties/house", {**sent, "message": "And the garage?"})
    assert sorted(ContactRequest.objects.values_list("message", flat=True)) == ["And the garage?", sent["message"]]


def test_a_no_reply_address_is_not_answered(nobody, house):
    nobody.post("/properties/house", words(house, email="no-reply@example.org"))
    assert jobs() == ["contact_requests.mails.notify"]


def test_one_address_gets_three_acknowledgments_a_day(nobody, house):
    for _ in range(5):
        nobody.post("/properties/house", words(house))
    assert jobs() == ["contact_requests.mails.acknowledge"] * 3 + ["contact_requests.mails.notify"] * 5


def test_the_gate_stops_no_visitor(nobody, house):
    house.pro.cni_required = True
    house.pro.save()
    nobody.post("/properties/house", words(house))
    assert ContactRequest.objects.get().quarantine_reason == ""


@pytest.mark.django_db(transaction=True)
def test_two_forms_at_once_from_one_new_visitor_make_one_contact(house):
    for round in range(10):
        barrier = threading.Barrier(2)

        def send(n, round=round, barrier=barrier):
            data = words(house, email=f"new{round}@example.org", phone="", message=f"Message {n}")
            barrier.wait()
            Client().post("/properties/house", data, REMOTE_ADDR=f"198.51.{round}.{n}")
            connection.close()

        threads = [threading.Thread(target=send, args=(n,)) for n in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert (ContactRequest.objects.count(), Contact.objects.count()) == (20, 10)


def test_other_methods_are_refused(nobody, house):
    response = nobody.put(reverse("contact_requests:property_detail", args=["house"]))
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, POST")


def test_a_signed_in_pro_may_look_at_the_page_too(browser, house):
    assert "The House" in browser.get("/properties/house").content.decode()
