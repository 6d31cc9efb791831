"""/contacts/new: a contact entered by hand."""

import uuid

import pytest

from contacts.models import Contact, ContactIdentity
from tests.pages import Page

PATH = "/contacts/new"
TYPED = {"name": "Jane", "email": "Jane@example.org", "phone": "06 12 34 56 78", "status": "applicant"}
TYPED |= {"role": "tenant", "channel_preference": "sms", "language": "nl", "referral_source": "A friend"}


def new_form(page):
    return page.form("main form")


def test_a_new_contact_as_stored(browser, pro, user):
    response = browser.post(PATH, TYPED)
    contact = Contact.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/contacts/{contact.pk}")
    names = [*TYPED, "source", "pro"]
    assert Contact.objects.values(*names).get() == TYPED | {"phone": "+33612345678", "source": "manual", "pro": pro.pk}
    assert contact.applied_at is not None
    assert list(contact.events.values_list("kind", "user")) == [("created", user.pk)]
    assert ContactIdentity.objects.held().count() == 2


def test_the_form_proposes_the_pros_language(browser, pro):
    pro.language = "fr"
    pro.save()
    assert new_form(Page(browser.get(PATH))).fields["language"] == "fr"


def test_a_name_and_a_phone_are_enough(browser, pro):
    response = browser.post(PATH, {"name": "Jane", "phone": "+33612345678"})
    assert response["Location"] == f"/contacts/{Contact.objects.get().pk}"
    assert Contact.objects.values("email", "status", "role", "language").get() == {
        "email": "",
        "status": "prospect",
        "role": "prospect",
        "language": "en",
    }


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"name": ""}, {"name": ["This field is required."]}),
        ({"name": "  "}, {"name": ["This field is required."]}),
        ({"name": "…"}, {"name": ["Enter a name."]}),
        ({"name": "x" * 201}, {"name": ["Ensure this value has at most 200 characters (it has 201)."]}),
        ({"name": "a\0b"}, {"name": ["Null characters are not allowed."]}),
        ({"email": "", "phone": ""}, {"email": ["Enter an e-mail address or a phone number."]}),
        (
            {"email": "nonsense", "phone": "9" * 400},
            {
                "email": ["Enter a valid email address."],
                "phone": ["Enter a phone number, such as +33 6 12 34 56 78."],
            },
        ),
        ({"status": "x"}, {"status": ["Select a valid choice. x is not one of the available choices."]}),
        ({"language": "xx"}, {"language": ["Select a valid choice. xx is not one of the available choices."]}),
    ],
)
def test_invalid_values_are_errors_and_the_others_stay(browser, fields, errors):
    form = new_form(Page(browser.post(PATH, TYPED | fields), status=422))
    shown = {name: form.texts(f"#id_{name}_error li") for name in TYPED}
    assert {name: messages for name, messages in shown.items() if messages} == errors
    assert form.fields["referral_source"] == "A friend"
    assert not Contact.objects.exists()


def test_a_form_sent_twice_is_one_contact_and_with_other_values_another(browser):
    id = str(uuid.uuid4())
    sent = [TYPED | {"id": id, **more} for more in ({}, {}, {"name": "John", "anyway": "1"})]
    locations = [browser.post(PATH, fields)["Location"] for fields in sent]
    assert locations[0] == locations[1] != locations[2]
    assert sorted(Contact.objects.values_list("name", flat=True)) == ["Jane", "John"]


def test_the_id_of_another_pros_form_makes_a_contact_of_its_own(browser, other_browser):
    id = str(uuid.uuid4())
    locations = [client.post(PATH, TYPED | {"id": id})["Location"] for client in (browser, other_browser)]
    assert set(locations) == {f"/contacts/{pk}" for pk in Contact.objects.values_list("pk", flat=True)}
    assert Contact.objects.values("pro").distinct().count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_form_sent_four_times_at_once_is_one_contact(pro, user, at_once):
    id = uuid.uuid4()
    contacts = at_once(4, lambda _n: Contact.objects.register(pro, by=user, id=id, name="Jane", email="j@example.org"))
    assert len({contact.pk for contact in contacts}) == 1
    assert (Contact.objects.count(), Contact.objects.get().events.count()) == (1, 1)


@pytest.mark.parametrize("typed", [{"email": "JANE@example.org", "phone": ""}, {"email": "", "phone": "0612345678"}])
def test_a_known_address_is_asked_about_first(browser, pro, typed):
    first = Contact.objects.register(pro, name="Janet", email="jane@example.org", phone="+33612345678")
    page = Page(browser.post(PATH, TYPED | typed), status=409)
    link = page.one("main form .message li a")
    assert (link["href"], link.text, Contact.objects.count()) == (f"/contacts/{first.pk}", "Janet", 1)
    form = new_form(page)
    assert (form.fields["referral_source"], form.texts("button")) == ("A friend", ["Add as another person"])
    browser.post(PATH, {**form.fields, "anyway": "1"})
    assert Contact.objects.for_pro(pro).count() == 2
    # The older contact is still the one that is recognised.
    assert {identity.contact for identity in ContactIdentity.objects.held()} == {first}


def test_an_address_of_another_pros_contact_is_not_known(browser, pro, other_user):
    Contact.objects.register(other_user.pro, name="Foreign", email="jane@example.org")
    response = browser.post(PATH, TYPED)
    assert response["Location"] == f"/contacts/{Contact.objects.for_pro(pro).get().pk}"


def test_languages_are_written_as_their_names_are(browser):
    names = Page(browser.get(PATH)).texts("select[name=language] option")
    assert {"French", "Haitian Creole", "Norwegian Nynorsk", "Scottish Gaelic"} <= set(names)
