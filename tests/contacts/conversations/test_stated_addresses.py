"""Stated is not proven: an address that somebody typed identifies nobody until the Pro says so."""

import pytest

from contact_requests.receiving import receive
from contacts.channels.message import Lead
from contacts.models import Contact, ContactIdentity, ContactMessage, StatedAddress
from tests.factories import PropertyFactory
from tests.pages import Page

from ..messaging import arrive

pytestmark = pytest.mark.django_db

PHONE = "+33612345678"


@pytest.fixture
def house(pro):
    return PropertyFactory(pro=pro)


def register(pro, **fields):
    return Contact.objects.register(pro, **fields)


def ask(house, **fields):
    usual = {"name": "Ana", "email": "ana@example.org", "phone": PHONE, "message": "Is it free?", "language": "en"}
    return receive(house, **{**usual, **fields})


def identities(contact):
    rows = ContactIdentity.objects.filter(contact=contact).order_by("channel", "external_id")
    return list(rows.values_list("channel", "external_id", "is_stated"))


def whatsapp_from(connection, text="Hello", name="Ana", number="33612345678", **fields):
    return arrive(
        connection, text, who=name, identities=(("whatsapp", number),), address=number, phone=f"+{number}", **fields
    )


def test_a_stranger_with_a_customers_email_gets_nothing_of_theirs(pro, house, whatsapp):
    customer = register(pro, name="Ana Customer", email="ana@example.org")
    assert ask(house).contact == customer
    customer.refresh_from_db()
    assert (customer.phone, identities(customer)) == ("", [("email", "ana@example.org", False)])
    stated = StatedAddress.objects.values_list("contact", "channel", "external_id", "source", "rejected_at")
    assert list(stated) == [(customer.pk, "phone", PHONE, "contact_form", None)]
    ask(house, message="Again")
    assert StatedAddress.objects.count() == 1

    message = whatsapp_from(whatsapp)
    assert message.contact != customer
    assert (message.contact.phone, message.is_unconfirmed) == (PHONE, False)


def test_addresses_of_a_new_persons_form_are_stated_and_a_message_joins_marked(house, whatsapp):
    contact = ask(house).contact
    assert identities(contact) == [("email", "ana@example.org", True), ("phone", PHONE, True)]
    message = whatsapp_from(whatsapp)
    assert (message.contact, message.is_unconfirmed) == (contact, True)
    assert identities(contact) == [
        ("email", "ana@example.org", True),
        ("phone", PHONE, True),
        ("whatsapp", "33612345678", True),
    ]


def test_the_first_answer_asks_and_confirms(browser, house, whatsapp):
    contact = ask(house).contact
    message = whatsapp_from(whatsapp)
    page = Page(browser.get(f"/inbox/{contact.pk}"))
    fields = {"channel": "whatsapp", "text": "Yes."}
    assert page.texts(".field label.check") == ["33612345678 is the same person as Ana"]
    response = browser.post(f"/inbox/{contact.pk}/send", fields)
    page = Page(response, status=422)
    assert page.texts(".errorlist") == ["Say first who wrote: the same person, or somebody else."]
    assert page.form("#message-form").fields["text"] == "Yes."
    assert ContactMessage.objects.exclude(state="received").count() == 0

    response = browser.post(f"/inbox/{contact.pk}/send", {**fields, "is_same": str(message.pk)})
    assert response.status_code == 302
    assert ContactMessage.objects.filter(is_unconfirmed=True).count() == 0
    assert identities(contact) == [
        ("email", "ana@example.org", True),
        ("phone", PHONE, False),
        ("whatsapp", "33612345678", False),
    ]
    assert Page(browser.get(f"/inbox/{contact.pk}")).texts(".field label.check") == []


def test_somebody_else_gets_a_contact_of_their_own(browser, user, house, whatsapp):
    contact = ask(house).contact
    first, second = whatsapp_from(whatsapp, name="Bo"), whatsapp_from(whatsapp, "Are you there?", name="Bo")
    page = Page(browser.get(f"/inbox/{contact.pk}"))
    assert page.texts(".thread .bubble strong") == ["Ana", "Ana"]
    assert [text for text in page.texts(".thread li span") if text.startswith("as ")] == ["as “Bo”", "as “Bo”"]
    address = f"/inbox/messages/{contact.pk}/{second.pk}/same-person"
    response = browser.post(address, {"same": "no"})
    newcomer = Contact.objects.get(name="Bo")
    assert response["Location"] == f"/inbox/{newcomer.pk}"
    moved = ContactMessage.objects.filter(contact=newcomer, is_unconfirmed=False)
    assert set(moved) == {first, second}
    assert identities(newcomer) == [("phone", PHONE, False), ("whatsapp", "33612345678", False)]
    assert identities(contact) == [("email", "ana@example.org", True)]
    counts = Contact.objects.order_by("name").values_list("name", "phone", "unread_count")
    assert list(counts) == [("Ana", PHONE, 0), ("Bo", PHONE, 2)]
    # Pressed twice, it makes no third contact.
    assert browser.post(address, {"same": "no"}).status_code == 404
    assert Contact.objects.count() == 2


def test_another_pro_answers_no_question(other_browser, house, whatsapp):
    contact = ask(house).contact
    message = whatsapp_from(whatsapp)
    address = f"/inbox/messages/{contact.pk}/{message.pk}"
    for end in ("same-person", "sender", "read-again"):
        assert other_browser.post(f"{address}/{end}", {"same": "yes", "role": "relay"}).status_code == 404
    assert other_browser.get(f"{address}/original").status_code == 404
    message.refresh_from_db()
    assert message.is_unconfirmed


def test_a_stated_address_is_added_or_rejected_once(browser, other_browser, pro, house):
    customer = register(pro, name="Ana Customer", email="ana@example.org")
    ask(house), ask(house, phone="+33687654321")
    first, second = StatedAddress.objects.order_by("id")
    page = Page(browser.get(f"/contacts/{customer.pk}"))
    assert page.texts('[aria-labelledby="stated-title"] bdi') == ["06 12 34 56 78", "06 87 65 43 21"]
    address = f"/inbox/messages/{customer.pk}/addresses"
    assert other_browser.post(f"{address}/{first.pk}", {"answer": "add"}).status_code == 404

    assert browser.post(f"{address}/{first.pk}", {"answer": "add"})["Location"] == f"/contacts/{customer.pk}"
    assert browser.post(f"{address}/{second.pk}", {"answer": "reject"})["Location"] == f"/contacts/{customer.pk}"
    customer.refresh_from_db()
    assert customer.phone == PHONE
    assert identities(customer) == [("email", "ana@example.org", False), ("phone", PHONE, False)]
    page = Page(browser.get(f"/contacts/{customer.pk}"))
    assert (page.texts('[aria-labelledby="stated-title"]'), page.one("h1").text) == ([], "Ana Customer")
    ask(house, phone="+33687654321")
    assert list(StatedAddress.objects.open()) == []


def test_an_address_of_another_contact_is_not_added(browser, pro, house):
    customer = register(pro, name="Ana Customer", email="ana@example.org")
    ask(house)
    register(pro, name="Bo", email="bo@example.org", phone=PHONE)
    stated = StatedAddress.objects.get()
    response = browser.post(f"/inbox/messages/{customer.pk}/addresses/{stated.pk}", {"answer": "add"}, follow=True)
    text = "Bo has this address. If they are one person, merge the two contacts."
    assert Page(response).texts("#messages p") == [text]
    assert (Contact.objects.get(pk=customer.pk).phone, StatedAddress.objects.count()) == ("", 1)


def test_an_unproven_sender_adds_nothing_to_a_known_contact(pro, letterbox):
    known = register(pro, name="Ana", email="ana@example.org")
    message = arrive(
        letterbox, identities=(("email", "ana@example.org"),), email="ana@example.org", phone=PHONE, is_proven=False
    )
    assert (message.contact, message.is_unconfirmed) == (known, True)
    assert identities(known) == [("email", "ana@example.org", False)]


def test_an_unproven_sender_whom_nobody_knows_is_no_question(letterbox):
    message = arrive(letterbox, is_proven=False)
    assert message.is_unconfirmed is False
    assert identities(message.contact) == [("email", message.address, True)]
    assert arrive(letterbox, is_proven=False).is_unconfirmed is True


def forward_of(letterbox, address, **fields):
    """Receive words of Ana's that a machine or list passed on, to be answered at `address`."""
    return arrive(
        letterbox,
        identities=(("email", "ana@example.org"),),
        email="ana@example.org",
        address=address,
        by_way_of="form@site.example",
        is_proven=False,
        **fields,
    )


def test_an_answer_to_somebody_known_does_not_go_to_the_address_of_a_stranger(pro, letterbox):
    known = register(pro, name="Ana", email="ana@example.org")
    rows = [forward_of(letterbox, address) for address in ("Ana@example.org", "", "me@site.example")]
    assert [(row.contact, row.is_unconfirmed) for row in rows] == [(known, False), (known, False), (known, True)]


def test_a_visitor_who_is_known_by_forms_alone_is_answered_by_the_portal(letterbox):
    rows = [forward_of(letterbox, address) for address in ("a1@site.example", "a2@site.example")]
    assert [row.is_unconfirmed for row in rows] == [False, False]
    assert rows[0].contact == rows[1].contact


def test_an_answer_waits_until_every_sender_is_confirmed(browser, house, letterbox, whatsapp):
    contact = ask(house).contact
    mail = arrive(letterbox, identities=(("email", "ana@example.org"),), email="ana@example.org", is_proven=False)
    shown = whatsapp_from(whatsapp)
    fields, path = {"channel": "email", "text": "The code is 1."}, f"/inbox/{contact.pk}"
    arrived = arrive(letterbox, identities=(("phone", PHONE),), phone=PHONE, email="", address="eve@example.org")
    unconfirmed = ContactMessage.objects.filter(is_unconfirmed=True)
    assert set(unconfirmed) == {mail, shown, arrived}
    # The tick was about the message that the page showed.
    for ticked, asked_next, left in [(shown, arrived, 3), (arrived, shown, 2), (shown, mail, 1)]:
        page = Page(browser.post(f"{path}/send", {**fields, "is_same": str(ticked.pk)}), status=422)
        box = page.one("#message-form input[name=is_same]")
        assert (box["value"], box.get("checked"), unconfirmed.all().count()) == (str(asked_next.pk), None, left)
        assert page.form("#message-form").fields["text"] == "The code is 1."
    assert ContactMessage.objects.exclude(state="received").count() == 0
    assert browser.post(f"{path}/send", {**fields, "is_same": str(mail.pk)}).status_code == 302
    assert unconfirmed.all().count() == 0
    assert ContactMessage.objects.exclude(state="received").get().text == "The code is 1."


def test_the_question_names_the_address_that_an_answer_would_go_to(browser, pro, letterbox):
    known = register(pro, name="Ana", email="ana@example.org")
    sender = {"identities": (("email", "ana@example.org"),), "email": "ana@example.org", "is_proven": False}
    arrive(letterbox, address="elsewhere@evil.example", **sender)
    page = Page(browser.get(f"/inbox/{known.pk}"))
    assert page.texts(".field label.check") == ["ana@example.org, elsewhere@evil.example is the same person as Ana"]
    assert "Answers go to elsewhere@evil.example." in page.one(".thread form.message").text


def test_the_addresses_of_a_leads_new_person_stand_together_as_stated(letterbox, whatsapp):
    lead = Lead(name="Lea", email="lea@visitor.example", phone="06 12 34 56 78", message="Is it free?")
    stated = {"identities": (("email", lead.email),), "email": lead.email, "is_proven": False}
    contact = arrive(letterbox, who="Lea", lead=lead, by_way_of="no-reply@portal.example", **stated).contact
    assert (contact.phone, StatedAddress.objects.count()) == (PHONE, 0)
    assert identities(contact) == [("email", "lea@visitor.example", True), ("phone", PHONE, True)]
    message = whatsapp_from(whatsapp, name="Lea")
    assert (message.contact, message.is_unconfirmed) == (contact, True)


def test_a_forged_sender_takes_no_address_of_the_customer_along(browser, pro, letterbox):
    customer = register(pro, name="Ana Customer", email="ana@example.org")
    forged = {"identities": (("email", "ana@example.org"),), "email": "ana@example.org", "is_proven": False}
    message = arrive(letterbox, who="Ana", address="elsewhere@evil.example", **forged)
    browser.post(f"/inbox/messages/{customer.pk}/{message.pk}/same-person", {"same": "no"})
    message.refresh_from_db()
    newcomer = message.contact
    assert (newcomer.name, newcomer.email, newcomer.phone, identities(newcomer)) == ("Ana", "", "", [])
    customer.archive(by=None)
    assert identities(newcomer) == []
    customer.restore(by=None)
    held = ContactIdentity.objects.filter(contact=customer).held()
    assert list(held.values_list("external_id", "is_stated")) == [("ana@example.org", False)]
