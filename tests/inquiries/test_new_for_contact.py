"""/inquiries/new for a customer without a UserHub id: a contact, or a name with an address."""

import uuid

import pytest
from django_tasks_db.models import DBTaskResult

from contacts.models import Contact
from inquiries.attachments import check_access
from inquiries.customers.contacts import split_name
from inquiries.models import Inquiry
from inquiries.pipeline.moves import move_inquiry

from ..factories import ContactFactory
from ..pages import Page

PATH = "/inquiries/new"
HTMX = {"HX-Request": "true", "HX-Target": "found"}
NO_ADDRESS = {"street": "", "postal_code": "", "city": "", "country": ""}


@pytest.fixture
def asked(inquiry_type):
    """The form without a customer."""
    fields = {"subject": "Roof", "message": "It leaks.", "priority": "normal", "inquiry_type_id": str(inquiry_type.pk)}
    return {"id": str(uuid.uuid4()), **fields}


@pytest.fixture
def helene(pro):
    return ContactFactory(
        pro=pro, name="Hélène Marchand", email="helene@example.org", phone="+33612345678", language="fr"
    )


def errors(page):
    """The errors by field."""
    lists = page.all("ul.errorlist[id^=id_]")
    return {each["id"].removeprefix("id_").removesuffix("_error"): each.text for each in lists}


def test_for_a_contact_everything_comes_from_the_contact(browser, asked, helene, user):
    address = Page(browser.get(f"/contacts/{helene.pk}")).one("main a[href*='/inquiries/new']")["href"]
    page = Page(browser.get(address))
    assert page.one(".chosen strong").text == "Hélène Marchand"
    assert page.form("form:has([name=subject])").fields["contact"] == str(helene.pk)
    response = browser.post(PATH, {**asked, "contact": str(helene.pk)})
    inquiry = Inquiry.objects.get()
    assert response["Location"] == f"/inquiries/{inquiry.pk}"
    assert (inquiry.user_id, inquiry.created_by, inquiry.contact, inquiry.business) == (None, None, helene, {})
    assert inquiry.person == {
        "first_name": "Hélène",
        "last_name": "Marchand",
        "email": "helene@example.org",
        "phone": "+33612345678",
        "language": "fr",
        "address": NO_ADDRESS,
    }
    assert (inquiry.is_waiting_for_profile, inquiry.source) == (False, "workspace")
    assert [(row.to_status, row.changed_by, row.by_name) for row in inquiry.history.all()] == [
        ("submitted", None, str(user))
    ]
    assert list(DBTaskResult.objects.values_list("task_path", "args_kwargs__args")) == [
        ("inquiries.mails.mail_acknowledgment", [inquiry.pk])
    ]
    assert list(Inquiry.objects.search("marchand roof")) == [inquiry]


def test_a_name_with_a_phone_makes_the_contact_and_finds_it_again(browser, asked, pro):
    browser.post(PATH, {**asked, "name": "Jan de Vries", "phone": "06 12 34 56 79"})
    contact = Contact.objects.get()
    assert (contact.pro, contact.name, contact.phone, contact.source) == (
        pro,
        "Jan de Vries",
        "+33612345679",
        "inquiry",
    )
    first = Inquiry.objects.get()
    assert (first.contact, first.full_name, first.person["email"]) == (contact, "Jan de Vries", "")
    assert not DBTaskResult.objects.exists()
    browser.post(PATH, {**asked, "subject": "Door", "name": "J. de Vries", "phone": "+33 6 12 34 56 79"})
    assert Contact.objects.get() == contact
    assert Inquiry.objects.get(subject="Door").full_name == "J. de Vries"


@pytest.mark.parametrize(
    ("typed", "refused"),
    [
        ({}, {"name": "Choose a contact, or enter a name with an e-mail address or phone."}),
        ({"name": "Jan"}, {"phone": "Enter a phone number or an e-mail address."}),
        ({"phone": "0612345678"}, {"name": "Enter a name."}),
        ({"name": "–", "email": "a@example.org"}, {"name": "Enter a name."}),
        ({"name": "Jan", "phone": "12"}, {"phone": "Enter a phone number, such as +33 6 12 34 56 78."}),
        ({"name": "Jan", "email": "a@b"}, {"email": "Enter a valid email address."}),
        ({"name": "J\0n", "email": "a@example.org"}, {"name": "Null characters are not allowed."}),
    ],
)
def test_an_incomplete_person_is_refused_and_what_was_typed_stays(browser, asked, typed, refused):
    page = Page(browser.post(PATH, {**asked, **typed}), 422)
    assert errors(page) == refused
    assert page.form("form:has([name=subject])").fields["message"] == "It leaks."
    assert not Inquiry.objects.exists() and not Contact.objects.exists()


def test_two_customers_at_once_are_refused(browser, asked, helene):
    page = Page(browser.post(PATH, {**asked, "contact": str(helene.pk), "user_id": "456"}), 422)
    assert "only one of them" in page.one("form:has([name=subject])").text
    assert not Inquiry.objects.exists()


def test_the_search_shows_contacts_to_choose_from(browser, asked, helene, other_user):
    ContactFactory(pro=other_user.pro, name="Hélène Other")
    page = Page(browser.get(PATH, {"contact_q": "helene"}, headers=HTMX))
    assert page.values("button[name=choose]", "value") == [str(helene.pk)]
    page = Page(browser.get(PATH, {"contact_q": "nobody"}, headers=HTMX))
    assert page.one("#found").text == "No contacts match. Enter the person below."


def test_without_javascript_search_and_choice_keep_what_is_typed(browser, asked, helene):
    page = Page(browser.post(PATH, {**asked, "contact_q": "Marchand", "search": "1", "name": "Mar"}))
    assert page.values("button[name=choose]", "value") == [str(helene.pk)]
    assert page.form("form:has([name=subject])").fields["name"] == "Mar"
    page = Page(browser.post(PATH, {**asked, "contact_q": "Marchand", "name": "Mar", "choose": str(helene.pk)}))
    fields = page.form("form:has([name=subject])").fields
    assert (fields["contact"], fields["message"], "name" in fields) == (str(helene.pk), "It leaks.", False)
    page = Page(browser.post(PATH, {**asked, "contact": str(helene.pk), "choose": ""}))
    assert page.has("[name=contact_q]") and not page.has(".chosen")
    assert not Inquiry.objects.exists()


@pytest.mark.parametrize("id", ["", "0", "a\0b", "9" * 5000])
def test_a_contact_that_is_none(browser, asked, id):
    assert Page(browser.post(PATH, {**asked, "contact": id}), 422).has("form [role=alert]")
    if id:
        assert browser.get(PATH, {"contact": id}).status_code == 404
    assert not Inquiry.objects.exists()


def test_another_pros_and_archived_contacts_are_no_choice(browser, asked, helene, other_user, user):
    theirs = ContactFactory(pro=other_user.pro)
    helene.archive(by=user)
    for contact in (theirs, helene):
        assert browser.get(PATH, {"contact": contact.pk}).status_code == 404
        Page(browser.post(PATH, {**asked, "contact": str(contact.pk)}), 422)
    assert not Inquiry.objects.exists()


def test_the_same_form_sent_twice_is_one_inquiry(browser, asked, helene):
    typed = {**asked, "contact": str(helene.pk)}
    assert browser.post(PATH, typed)["Location"] == browser.post(PATH, typed)["Location"]
    assert Inquiry.objects.count() == 1


def test_the_api_says_null(browser, api, asked, helene, user):
    browser.post(PATH, {**asked, "contact": str(helene.pk)})
    inquiry = Inquiry.objects.get()
    move_inquiry(inquiry, to="in_review", by=user)
    row = api.get("/api/inquiries/list").json()["data"][0]
    body = api.get(f"/api/inquiries/{inquiry.pk}").json()["data"]["inquiry"]
    for answer in (row, body):
        assert (answer["user_id"], answer["created_by"], answer["full_name"]) == (None, None, "Hélène Marchand")
        assert answer["responded_at"] is not None
    history = api.get(f"/api/inquiries/{inquiry.pk}/history").json()["data"]
    assert [(entry["to_status"], entry["changed_by"]) for entry in history] == [
        ("submitted", None),
        ("in_review", None),
    ]
    assert api.get("/api/inquiries/list", user_id=456).json()["data"] == []


def test_its_files_are_for_users_of_the_pro_alone(browser, api, asked, helene, user):
    user.userhub_id = 789
    user.save()
    browser.post(PATH, {**asked, "contact": str(helene.pk)})
    Inquiry.objects.update(created_by=None)
    inquiry = Inquiry.objects.get()
    path = f"/api/inquiries/{inquiry.pk}/attachments"
    assert api.get(path, user_id=789).json() == {"success": True, "data": []}
    assert api.get(path, user_id=456).status_code == 403
    check_access(inquiry, 789)


def test_the_page_names_the_contact_and_who_wrote_it_down(browser, asked, helene, user):
    response = browser.post(PATH, {**asked, "contact": str(helene.pk)})
    page = Page(browser.get(response["Location"]))
    assert "Copied from the contact when the inquiry was written down." in page.one("#customer").text
    assert str(user) in page.one("#inquiry-details").text
    assert "UserHub" not in page.one("main").text
    board = Page(browser.get("/inquiries/board/test"))
    assert board.one(".ticket-who").text == "Hélène Marchand"


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("Hélène Marchand", "Hélène", "Marchand"),
        ("Jean Pierre Martin", "Jean Pierre", "Martin"),
        ("Jan de Vries", "Jan", "de Vries"),
        ("Anna van der Berg-Smit", "Anna", "van der Berg-Smit"),
        ("van Dijk", "", "van Dijk"),
        ("Marchand, Hélène", "Hélène", "Marchand"),
        ("MARCHAND Hélène", "Hélène", "MARCHAND"),
        ("JAN DE VRIES", "JAN", "DE VRIES"),
        ("Mme Dupont", "", "Mme Dupont"),
        ("Prince", "Prince", ""),
        ("jan@example.org", "", ""),
        ("+33612345678", "", ""),
        ("O", "O", ""),
    ],
)
def test_a_name_in_two_parts(name, first, last):
    assert split_name(name) == {"first_name": first, "last_name": last}
