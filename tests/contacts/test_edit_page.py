"""/contacts/<id>/edit/<field>: one field, edited in its place, by more than one person."""

import re

import pytest

from contacts.book.merging import merge_contacts
from contacts.models import Contact

from ..factories import ContactFactory


@pytest.fixture
def jane(contact):
    return contact(name="Jane", email="jane@example.org", phone="+33612345678", status="prospect")


def path(row, field):
    return f"/contacts/{row.pk}/edit/{field}"


def htmx(field):
    return {"HX-Request": "true", "HX-Target": f"fact-{field}"}


def was(response):
    return re.search(r'name="was"(?: value="([^"]*)")?', response.content.decode())[1]


NEW = {
    "name": ("Jane", "Janet", "Janet"),
    "email": ("jane@example.org", "JANE@example.org", "JANE@example.org"),
    "phone": ("+33612345678", "06 99 99 99 99", "+33699999999"),
    "status": ("prospect", "applicant", "applicant"),
    "role": ("prospect", "vendor", "vendor"),
    "channel_preference": ("", "sms", "sms"),
    "source": ("contact_form", "fair", "fair"),
    "referral_source": ("", " A friend ", "A friend"),
    "language": ("en", "nl", "nl"),
}


@pytest.mark.parametrize("field", NEW)
def test_every_field_is_edited(browser, jane, user, field):
    before, typed, after = NEW[field]
    form = browser.get(path(jane, field), headers=htmx(field))
    assert (form.status_code, (was(form) or "")) == (200, before)
    response = browser.post(path(jane, field), {field: typed, "was": before}, headers=htmx(field))
    assert response.status_code == 200
    assert getattr(Contact.objects.get(), field) == after
    [event] = jane.events.all()
    assert (event.kind, event.changes, event.user) == ("changed", {field: [before, after]}, user)


def test_htmx_gets_the_field_the_head_and_what_happened(browser, jane):
    response = browser.post(path(jane, "name"), {"name": "Janet", "was": "Jane"}, headers=htmx("name"))
    html = response.content.decode()
    assert re.findall(r'<(\w+)[^>]* (?:id="([\w-]+)"|hx-swap-oob="(after[^"]+)")', html) == [
        ("div", "fact-name", ""),
        ("header", "contact-head", ""),
        ("div", "applied", ""),
        ("div", "duplicates", ""),
        ("ol", "", "afterbegin:#entries"),
    ]
    assert "<title>Janet · Contacts · Vestibule</title>" in html and "<h1>Janet</h1>" in html
    assert "<del>Jane</del> → <ins>Janet</ins>" in html and "<html" not in html


def test_without_javascript_the_form_stands_in_the_page(browser, jane):
    html = browser.get(path(jane, "phone")).content.decode()
    assert "<html" in html and 'value="06 12 34 56 78"' in html
    response = browser.post(path(jane, "phone"), {"phone": "+33 6 99 99 99 99", "was": "+33612345678"})
    assert (response.status_code, response["Location"]) == (302, f"/contacts/{jane.pk}")
    assert Contact.objects.get().phone == "+33699999999"


def test_the_same_again_changes_nothing(browser, jane):
    response = browser.post(
        path(jane, "phone"), {"phone": "06 12 34 56 78", "was": "+33612345678"}, headers=htmx("phone")
    )
    assert (response.status_code, "afterbegin" in response.content.decode()) == (200, False)
    assert jane.events.count() == 0


@pytest.mark.parametrize("headers", [{}, htmx("name")])
def test_the_second_saver_sees_both_and_keeps_what_they_typed(browser, jane, headers):
    jane.change({"name": "Theirs"}, by=None)
    response = browser.post(path(jane, "name"), {"name": "Mine", "was": "Jane"}, headers=headers)
    html = response.content.decode()
    assert response.status_code == 409
    assert 'name="name" value="Mine"' in html and "<strong>Theirs</strong>" in html and "Save mine" in html
    assert Contact.objects.get().name == "Theirs"
    # With both in sight, saving again is a choice.
    again = browser.post(path(jane, "name"), {"name": "Mine", "was": was(response)}, headers=headers)
    assert again.status_code in (200, 302)
    assert Contact.objects.get().name == "Mine"


def test_two_who_typed_the_same_agree(browser, jane):
    jane.change({"name": "Same"}, by=None)
    response = browser.post(path(jane, "name"), {"name": "Same", "was": "Jane"}, headers=htmx("name"))
    assert (response.status_code, jane.events.count()) == (200, 1)


def test_another_field_is_nobodys_conflict(browser, jane):
    jane.change({"phone": "+33699999999"}, by=None)
    assert browser.post(path(jane, "name"), {"name": "Janet", "was": "Jane"}, headers=htmx("name")).status_code == 200
    assert Contact.objects.values_list("name", "phone").get() == ("Janet", "+33699999999")


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_is_told(pro, user, at_once):
    row = ContactFactory(pro=pro, name="Jane")

    def edit(number):
        from contacts.models import StaleEditError

        try:
            return Contact.objects.get(pk=row.pk).change({"name": f"N{number}"}, by=user, expected={"name": "Jane"})
        except StaleEditError as error:
            return error.current

    answers = at_once(2, edit)
    [saved] = [answer for answer in answers if isinstance(answer, dict)]
    [told] = [answer for answer in answers if isinstance(answer, str)]
    assert saved["name"] == ["Jane", told] and Contact.objects.get().name == told


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("name", "", "This field cannot be blank."),
        ("name", "a\0b", "Null characters are not allowed."),
        ("name", "x" * 201, "Ensure this value has at most 200 characters (it has 201)."),
        ("email", "nonsense", "Enter a valid email address."),
        ("phone", "12", "Enter a phone number, such as +33 6 12 34 56 78."),
        ("phone", "9" * 400, "Enter a phone number, such as +33 6 12 34 56 78."),
        ("status", "x", "Select a valid choice. x is not one of the available choices."),
        ("source", "", "This field cannot be blank."),
    ],
)
@pytest.mark.parametrize("is_htmx", [True, False])
def test_what_cannot_be_is_refused_and_stays_typed(browser, jane, field, typed, said, is_htmx):
    before = Contact.objects.values().get()
    headers = htmx(field) if is_htmx else {}
    response = browser.post(path(jane, field), {field: typed, "was": before[field]}, headers=headers)
    detail = response.context["detail"] if is_htmx else next(d for d in response.context["details"] if d["form"])
    assert (response.status_code, detail["form"].errors) == (422, {field: [said]})
    assert ("<h1>Jane</h1>" in response.content.decode()) != is_htmx
    assert Contact.objects.values().get() == before


@pytest.mark.parametrize("field", ["email", "phone"])
def test_the_last_address_stays(browser, contact, field):
    row = contact(**{"email": "", "phone": "", field: {"email": "j@example.org", "phone": "+33612345678"}[field]})
    response = browser.post(path(row, field), {field: "", "was": getattr(row, field)}, headers=htmx(field))
    assert response.status_code == 422
    assert "Enter an e-mail address or a phone number." in response.content.decode()


def test_archived_meanwhile_it_is_said_and_stays_typed(browser, jane):
    jane.archive(by=None)
    response = browser.post(path(jane, "name"), {"name": "Mine", "was": "Jane"}, headers=htmx("name"))
    html = response.content.decode()
    assert (response.status_code, 'value="Mine"' in html) == (409, True)
    assert "This contact was archived or merged meanwhile." in html
    assert Contact.objects.get().name == "Jane"


@pytest.mark.parametrize("field", ["notes", "applied_at", "pro", "deleted_at", "search_text", "x"])
def test_nothing_else_is_edited(browser, jane, field):
    assert browser.get(path(jane, field)).status_code == 404
    assert browser.post(path(jane, field), {field: "x", "was": ""}).status_code == 404


@pytest.mark.parametrize("method", ["get", "post"])
def test_another_pros_contact_is_404(other_browser, jane, method):
    response = getattr(other_browser, method)(path(jane, "name"), {"name": "Evil", "was": "Jane"})
    assert (response.status_code, "Jane" in response.content.decode()) == (404, False)
    assert Contact.objects.get().name == "Jane"


@pytest.mark.parametrize("headers", [{}, htmx("name")])
def test_merged_meanwhile_it_is_said_and_stays_typed(browser, jane, contact, headers, user):
    merge_contacts(contact(name="Stays"), jane, by=user)
    response = browser.post(path(jane, "name"), {"name": "Mine", "was": "Jane"}, headers=headers)
    assert (response.status_code, 'value="Mine"' in response.content.decode()) == (409, True)
    assert Contact.objects.get(pk=jane.pk).name == "Jane"


def test_of_an_archived_contact_no_form_is_shown(browser, jane):
    jane.archive(by=None)
    assert browser.get(path(jane, "name"))["Location"] == f"/contacts/{jane.pk}"
    assert browser.get(path(jane, "name"), headers=htmx("name"))["HX-Redirect"] == f"/contacts/{jane.pk}"


def test_editing_is_given_up(browser, jane):
    html = browser.get(f"{path(jane, 'name')}?cancel=1", headers=htmx("name")).content.decode()
    assert html.strip().startswith('<div class="fact" id="fact-name">') and "<form" not in html and "Jane" in html
