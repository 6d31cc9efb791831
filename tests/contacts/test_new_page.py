"""/contacts/new: a contact written down by hand."""

import uuid

import pytest

from contacts.models import Contact, ContactIdentity

PATH = "/contacts/new"
TYPED = {"name": "Jane", "email": "Jane@example.org", "phone": "06 12 34 56 78", "status": "applicant"}
TYPED |= {"role": "tenant", "channel_preference": "sms", "language": "nl", "referral_source": "A friend"}


def errors(response):
    assert response.status_code == 422
    return {name: list(found) for name, found in response.context["form"].errors.items()}


def test_what_is_stored(browser, pro, user):
    response = browser.post(PATH, TYPED)
    made = Contact.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/contacts/{made.pk}")
    names = [*TYPED, "source", "pro"]
    assert Contact.objects.values(*names).get() == TYPED | {"phone": "+33612345678", "source": "manual", "pro": pro.pk}
    assert made.applied_at is not None
    assert list(made.events.values_list("kind", "user")) == [("created", user.pk)]
    assert ContactIdentity.objects.held().count() == 2


def test_a_name_and_a_phone_are_enough(browser, pro):
    pro.language = "fr"
    pro.save()
    page = browser.get(PATH).content.decode()
    assert '<option value="fr" selected>French</option>' in page
    assert browser.post(PATH, {"name": "Jane", "phone": "+33612345678"}).status_code == 302
    assert Contact.objects.values("email", "status", "role", "language").get() == {
        "email": "",
        "status": "prospect",
        "role": "prospect",
        "language": "en",
    }


@pytest.mark.parametrize(
    ("fields", "said"),
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
def test_what_cannot_be_is_refused_and_stays_typed(browser, fields, said):
    response = browser.post(PATH, TYPED | fields)
    assert errors(response) == said
    assert 'value="A friend"' in response.content.decode()
    assert not Contact.objects.exists()


def test_sent_twice_it_is_one_and_with_other_words_another(browser):
    id = str(uuid.uuid4())
    sent = [TYPED | {"id": id, **more} for more in ({}, {}, {"name": "John", "anyway": "1"})]
    places = [browser.post(PATH, typed)["Location"] for typed in sent]
    assert places[0] == places[1] != places[2]
    assert sorted(Contact.objects.values_list("name", flat=True)) == ["Jane", "John"]


def test_the_id_of_anothers_form_is_no_door(browser, other_browser):
    id = str(uuid.uuid4())
    for client in (browser, other_browser):
        assert client.post(PATH, TYPED | {"id": id}).status_code == 302
    assert Contact.objects.values("pro").distinct().count() == 2


@pytest.mark.django_db(transaction=True)
def test_sent_four_times_at_once_it_is_one(pro, user, at_once):
    id = uuid.uuid4()
    made = at_once(4, lambda _n: Contact.objects.register(pro, by=user, id=id, name="Jane", email="j@example.org"))
    assert len({row.pk for row in made}) == 1
    assert (Contact.objects.count(), Contact.objects.get().events.count()) == (1, 1)


@pytest.mark.parametrize("typed", [{"email": "JANE@example.org", "phone": ""}, {"email": "", "phone": "0612345678"}])
def test_a_known_address_is_asked_about_first(browser, pro, typed):
    first = Contact.objects.register(pro, name="Janet", email="jane@example.org", phone="+33612345678")
    response = browser.post(PATH, TYPED | typed)
    html = response.content.decode()
    assert (response.status_code, Contact.objects.count()) == (409, 1)
    assert f'<a href="/contacts/{first.pk}">Janet</a>' in html and 'value="A friend"' in html
    assert browser.post(PATH, TYPED | typed | {"anyway": "1"}).status_code == 302
    assert Contact.objects.for_pro(pro).count() == 2
    # The one who was there is still recognised.
    assert {identity.contact for identity in ContactIdentity.objects.held()} == {first}


def test_another_pros_address_is_nobodys_business(browser, other_user):
    Contact.objects.register(other_user.pro, name="Foreign", email="jane@example.org")
    assert browser.post(PATH, TYPED).status_code == 302
