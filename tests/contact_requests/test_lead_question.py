"""The question below an e-mail whose property is not known, and the contact request that the answer makes of it."""

from typing import Any

import pytest

from config.accounts.models import Pro
from contact_requests.models import ContactRequest, Property
from contacts.book.merging import merge_contacts
from contacts.models import ChannelConnection, Contact, ContactMessage

from ..contacts.conversations.pages import DETAIL, THREAD, letters, path_of, polled_path, query_count
from ..contacts.messaging import arrive, connect
from ..factories import PropertyFactory
from ..pages import Page
from .lead_mails import arrive_with_lead
from .rows import jobs

QUESTION = "form.lead-note"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def letterbox(pro: Pro) -> ChannelConnection:
    return connect(pro, "email")


@pytest.fixture
def house(pro: Pro) -> Property:
    return PropertyFactory(pro=pro, title="House by the Lake", reference="AP-12")


@pytest.fixture
def lead(letterbox: ChannelConnection, house: Property) -> ContactMessage:
    """Lea's mail that names no property, read by nobody yet; the house is known."""
    return arrive_with_lead(letterbox, {"title": "A house"})


def path_to(message: ContactMessage) -> str:
    return f"/inbox/leads/{message.pk}"


def conversation(browser: Any, message: ContactMessage, **headers: Any) -> Page:
    return Page(browser.get(path_of(message.contact), headers=headers or None))


def note(page: Page) -> tuple[str, str]:
    """Text with status, and address of the note on the contact request of a message."""
    shown = page.one("div.lead-note")
    return f"{shown.one('p').text} {shown.one('[aria-current]').text}", shown.one("a")["href"]


def requests() -> list[tuple[Any, ...]]:
    return list(ContactRequest.objects.values_list("inbound_message", "property", "contact", "source", "status"))


def test_a_message_without_a_property_asks(browser, pro, lead, house):
    hidden = PropertyFactory(pro=pro, title="Attic", city="Lille", is_published=False)
    PropertyFactory(title="House of another Pro")
    form = conversation(browser, lead).one(QUESTION)
    assert (form["action"], form["method"], form["hx-post"]) == (path_to(lead), "post", path_to(lead))
    assert form.one("label").text == "Which property is this about?"
    options = [(option["value"], option.text) for option in form.all("select[name=property] option")]
    assert options == [
        ("", "Choose a property"),
        (str(house.pk), "House by the Lake · AP-12"),
        (str(hidden.pk), "Attic · Lille (not published)"),
    ]
    assert form.texts("button") == ["Make it a contact request"]
    assert requests() == []


def test_others_ask_nothing(browser, letterbox, lead, house):
    messages = [
        arrive(letterbox, "No lead", who="Bob"),
        arrive_with_lead(letterbox, {"references": ("AP-12",)}),
        arrive_with_lead(
            letterbox,
            {"email": "", "phone": ""},
            identities=(("email", "noreply@portal.example"),),
            address="noreply@portal.example",
            email="",
        ),
    ]
    asked = [[form["action"] for form in conversation(browser, row).all(QUESTION)] for row in messages]
    # The second one is in Lea's conversation, which asks about her first message.
    assert asked == [[], [path_to(lead)], []]


def test_a_pro_without_properties_is_not_asked(browser, letterbox):
    page = conversation(browser, arrive_with_lead(letterbox, {}))
    assert (len(letters(page)), page.has(".lead-note")) == (1, False)


def test_the_answer_makes_a_contact_request(browser, lead, house):
    response = browser.post(path_to(lead), {"property": str(house.pk)}, follow=True)
    assert response.redirect_chain == [(f"{path_of(lead.contact)}#message-{lead.pk}", 302)]
    page, row = Page(response), ContactRequest.objects.get()
    assert requests() == [(lead.pk, house.pk, lead.contact_id, "portal.example", "new")]
    assert (row.name, row.email, row.phone, row.created_at) == (
        "Lea Visitor",
        "lea@visitor.example",
        "+33612345678",
        lead.created_at,
    )
    assert note(page) == ("Contact request about House by the Lake New", house.get_absolute_url())
    assert (page.has(QUESTION), "This is a contact request now." in page.one("#messages").text) == (False, True)
    # The Pro was told of the message.
    assert [job for job in jobs() if job[0] != "notify_message"] == [("acknowledge", str(row.pk))]


def test_htmx_gets_the_note_in_place_of_the_question(browser, lead, house):
    response = browser.post(path_to(lead), {"property": str(house.pk)}, headers=HTMX)
    page = Page(response)
    assert note(page) == ("Contact request about House by the Lake New", house.get_absolute_url())
    assert (page.has("body"), page.has("[autofocus]")) == (False, True)


def test_an_open_conversation_shows_the_answer_of_a_colleague(browser, lead, house):
    path = polled_path(conversation(browser, lead))
    assert browser.get(path, headers=THREAD).status_code == 204
    browser.post(path_to(lead), {"property": str(house.pk)})
    page = Page(browser.get(path, headers=THREAD))
    assert note(page)[0] == "Contact request about House by the Lake New"
    ContactRequest.objects.get().mark("read", by=None)
    page = Page(browser.get(path, headers=THREAD))
    assert note(page)[0] == "Contact request about House by the Lake Read"


def test_without_a_choice_it_asks_again(browser, lead):
    for data in ({}, {"property": ""}):
        page = Page(browser.post(path_to(lead), data, headers=HTMX), 422)
        assert (page.texts(".errorlist"), page.one("select")["aria-invalid"]) == (["Choose a property."], "true")
        page = Page(browser.post(path_to(lead), data, follow=True))
        assert "Choose a property." in page.one("#messages").text and page.has(QUESTION)
    assert requests() == []


def test_what_is_not_there_is_404(browser, other_browser, letterbox, lead, house, case):
    foreign = PropertyFactory()
    own = {"property": str(house.pk)}
    plain = arrive(letterbox, "No lead", who="Bob")
    unanswerable = arrive_with_lead(
        letterbox,
        {"email": "", "phone": ""},
        identities=(("email", "noreply@portal.example"),),
        address="noreply@portal.example",
        email="",
    )
    table = {
        "another Pro's property": (browser, lead, {"property": str(foreign.pk)}),
        "no property": (browser, lead, {"property": "bbbbbbbb-0000-4000-8000-000000000001"}),
        "no id": (browser, lead, {"property": "house\0"}),
        "another Pro's message": (other_browser, lead, {"property": str(foreign.pk)}),
        "a message without a lead": (browser, plain, own),
        "nobody could answer it": (browser, unanswerable, own),
        "asked again for that": (browser, unanswerable, {}),
        "no message": (browser, ContactMessage(), own),
    }
    for label, (client, message, data) in table.items():
        with case(label):
            for headers in (None, HTMX):
                assert client.post(path_to(message), data, headers=headers).status_code == 404
            assert requests() == []


def test_a_message_of_an_archived_contact_is_404(browser, user, lead, house):
    lead.contact.archive(by=user)
    assert browser.post(path_to(lead), {"property": str(house.pk)}).status_code == 404
    assert requests() == []


def test_nobody_else_answers(nobody, browser, lead, house):
    response = nobody.post(path_to(lead), {"property": str(house.pk)})
    assert (response.status_code, response["Location"]) == (302, "/sign-in?next=/")
    assert browser.get(path_to(lead)).status_code == 405
    assert requests() == []


def test_the_first_choice_stays(browser, pro, lead, house):
    other = PropertyFactory(pro=pro)
    for prop in (house, other, house):
        assert browser.post(path_to(lead), {"property": str(prop.pk)}).status_code == 302
    assert requests() == [(lead.pk, house.pk, lead.contact_id, "portal.example", "new")]


@pytest.mark.django_db(transaction=True)
def test_several_choices_at_once_make_one(browser, user, pro, lead, house, at_once):
    properties = [house, *PropertyFactory.create_batch(3, pro=pro)]
    answers = at_once(4, lambda n: browser.post(path_to(lead), {"property": str(properties[n].pk)}).status_code)
    assert (answers, len(requests())) == ([302] * 4, 1)
    assert len([job for job in jobs() if job[0] == "acknowledge"]) == 1


def test_somebody_who_was_answered_is_not_acknowledged(browser, letterbox, lead, house):
    ContactMessage.objects.create(
        pro=lead.pro, contact=lead.contact, connection=letterbox, channel="email", text="Gladly.", state="sent"
    )
    browser.post(path_to(lead), {"property": str(house.pk)})
    assert (len(requests()), [job for job in jobs() if job[0] == "acknowledge"]) == (1, [])


def test_the_timeline_shows_one_entry_of_a_lead(browser, lead, house):
    page = Page(browser.get(f"/contacts/{lead.contact_id}"))
    form = page.one(QUESTION)
    assert (form["action"], "hx-post" in form) == (path_to(lead), True)
    browser.post(path_to(lead), {"property": str(house.pk)})
    page = Page(browser.get(f"/contacts/{lead.contact_id}"))
    assert note(page)[0] == "Contact request about House by the Lake New"
    assert len(page.all(".entry.bubble")) == 1


def test_the_address_of_the_request_leads_to_its_message(browser, lead, house):
    browser.post(path_to(lead), {"property": str(house.pk)})
    row = ContactRequest.objects.get()
    response = browser.get(f"/inbox/{row.pk}")
    assert response["Location"] == f"{path_of(lead.contact)}#request-{row.pk}"
    assert Page(browser.get(path_of(lead.contact))).one(f"#message-{lead.pk}").has(f"#request-{row.pk} .states")


def test_a_merged_contact_takes_the_lead_along(browser, user, pro, lead, house):
    kept = Contact.objects.register(pro, name="Lea", phone="+33699999999")
    merge_contacts(kept, lead.contact, by=user)
    browser.post(path_to(lead), {"property": str(house.pk)})
    assert requests() == [(lead.pk, house.pk, kept.pk, "portal.example", "new")]
    assert note(Page(browser.get(path_of(kept))))[0] == "Contact request about House by the Lake New"


def test_many_leads_take_no_more_queries(browser, letterbox, lead, house):
    path, counts = path_of(lead.contact), []
    for numbers in (range(2), range(2, 10)):
        for number in numbers:
            # Some of them became requests.
            lead = {"references": ("AP-12",)} if number % 2 else {}
            arrive_with_lead(letterbox, lead, text=f"{number}")
        browser.get(path)
        counts.append(query_count(browser, path))
    assert counts[0] == counts[1]
    assert len(Page(browser.get(path, headers=DETAIL)).all(".lead-note")) == 11
