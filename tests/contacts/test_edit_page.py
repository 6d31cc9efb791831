"""/contacts/<id>/edit/<field>: one field is edited in its place, by more than one person."""

import pytest

from contacts.book.merging import merge_contacts
from contacts.models import Contact, StaleEditError
from tests.factories import ContactFactory
from tests.pages import Page

GONE = "This contact was archived or merged meanwhile. What you typed is still here."


@pytest.fixture
def jane(contact):
    return contact(name="Jane", email="jane@example.org", phone="+33612345678", status="prospect")


def path(contact, field):
    return f"/contacts/{contact.pk}/edit/{field}"


def htmx(field):
    return {"HX-Request": "true", "HX-Target": f"fact-{field}"}


def field_form(page):
    return page.form(".fact-form")


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
    form = field_form(Page(browser.get(path(jane, field), headers=htmx(field))))
    assert (form.action, form.fields["was"]) == (path(jane, field), before)
    page = Page(browser.post(form.action, {**form.fields, field: typed}, headers=htmx(field)))
    assert page.one(f"#fact-{field}").has(".fact-value")
    assert getattr(Contact.objects.get(), field) == after
    [event] = jane.events.all()
    assert (event.kind, event.changes, event.user) == ("changed", {field: [before, after]}, user)


def test_htmx_gets_the_field_and_the_other_parts_that_show_it(browser, jane):
    page = Page(browser.post(path(jane, "name"), {"name": "Janet", "was": "Jane"}, headers=htmx("name")))
    assert page.texts("title") == ["Janet · Contacts · Vestibule"]
    swapped = [(part.get("id"), part["hx-swap-oob"]) for part in page.all("[hx-swap-oob]")]
    assert swapped == [
        ("contact-head", "true"),
        ("applied", "true"),
        ("duplicates", "true"),
        (None, "beforeend:#thread"),
    ]
    assert (page.one("#fact-name .fact-value").text, page.one("h1").text) == ("Janet", "Janet")
    assert page.texts(".entry del, .entry ins") == ["Jane", "Janet"]
    assert not page.has("main")


def test_without_javascript_the_form_is_part_of_the_page(browser, jane):
    page = Page(browser.get(path(jane, "phone")))
    form = field_form(page)
    assert (page.one("h1").text, form.fields) == ("Jane", {"phone": "06 12 34 56 78", "was": "+33612345678"})
    response = browser.post(form.action, {**form.fields, "phone": "+33 6 99 99 99 99"})
    assert (response.status_code, response["Location"]) == (302, f"/contacts/{jane.pk}")
    assert Contact.objects.get().phone == "+33699999999"


def test_the_same_value_is_no_change(browser, jane):
    fields = {"phone": "06 12 34 56 78", "was": "+33612345678"}
    page = Page(browser.post(path(jane, "phone"), fields, headers=htmx("phone")))
    assert (page.one(".fact-value").text, page.has(".entry")) == ("06 12 34 56 78", False)
    assert jane.events.count() == 0


@pytest.mark.parametrize("headers", [{}, htmx("name")])
def test_the_second_editor_sees_both_values_and_keeps_the_typed_one(browser, jane, headers):
    jane.change({"name": "Theirs"}, by=None)
    page = Page(browser.post(path(jane, "name"), {"name": "Mine", "was": "Jane"}, headers=headers), status=409)
    form = field_form(page)
    assert form.fields == {"name": "Mine", "was": "Theirs"}
    assert form.texts(".message") == ["Somebody changed this while you were editing. It now says: Theirs"]
    assert form.texts(".fact-buttons > *") == ["Save mine", "Keep theirs"]
    assert Contact.objects.get().name == "Theirs"
    # With both values in sight, saving again overwrites.
    again = browser.post(form.action, form.fields, headers=headers)
    assert again.status_code == (200 if headers else 302)
    assert Contact.objects.get().name == "Mine"


def test_two_editors_with_the_same_value_do_not_conflict(browser, jane):
    jane.change({"name": "Same"}, by=None)
    page = Page(browser.post(path(jane, "name"), {"name": "Same", "was": "Jane"}, headers=htmx("name")))
    assert (page.one(".fact-value").text, jane.events.count()) == ("Same", 1)


def test_a_change_of_another_field_is_no_conflict(browser, jane):
    jane.change({"phone": "+33699999999"}, by=None)
    page = Page(browser.post(path(jane, "name"), {"name": "Janet", "was": "Jane"}, headers=htmx("name")))
    assert page.one(".fact-value").text == "Janet"
    assert Contact.objects.values_list("name", "phone").get() == ("Janet", "+33699999999")


@pytest.mark.django_db(transaction=True)
def test_of_two_edits_at_once_one_is_told(pro, user, at_once):
    contact = ContactFactory(pro=pro, name="Jane")

    def edit(number):
        fields, expected = {"name": f"N{number}"}, {"name": "Jane"}
        try:
            return Contact.objects.get(pk=contact.pk).change(fields, by=user, expected=expected)
        except StaleEditError as error:
            return error.current

    answers = at_once(2, edit)
    [saved] = [answer for answer in answers if isinstance(answer, dict)]
    [current] = [answer for answer in answers if isinstance(answer, str)]
    assert saved["name"] == ["Jane", current] and Contact.objects.get().name == current


@pytest.mark.parametrize(
    ("field", "typed", "message"),
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
def test_an_invalid_value_is_an_error_of_the_field(browser, jane, field, typed, message, is_htmx):
    before = Contact.objects.values().get()
    headers = htmx(field) if is_htmx else {}
    page = Page(browser.post(path(jane, field), {field: typed, "was": before[field]}, headers=headers), status=422)
    assert field_form(page).texts(".errorlist li") == [message]
    assert page.texts("h1") == ([] if is_htmx else ["Jane"])
    assert Contact.objects.values().get() == before


@pytest.mark.parametrize("field", ["email", "phone"])
def test_the_last_address_cannot_be_removed(browser, contact, field):
    address = {"email": "j@example.org", "phone": "+33612345678"}[field]
    row = contact(**{"email": "", "phone": "", field: address})
    response = browser.post(path(row, field), {field: "", "was": address}, headers=htmx(field))
    errors = field_form(Page(response, status=422)).texts(".errorlist li")
    assert errors == ["Enter an e-mail address or a phone number."]
    assert Contact.objects.values_list(field, flat=True).get() == address


@pytest.mark.parametrize("headers", [{}, htmx("name")])
@pytest.mark.parametrize("reason", ["archived", "merged"])
def test_the_typed_value_stays_when_the_contact_is_gone(browser, jane, contact, headers, user, reason):
    if reason == "archived":
        jane.archive(by=user)
    else:
        merge_contacts(contact(name="Stays"), jane, by=user)
    page = Page(browser.post(path(jane, "name"), {"name": "Mine", "was": "Jane"}, headers=headers), status=409)
    form = field_form(page)
    assert (form.fields, form.texts(".errorlist li")) == ({"name": "Mine", "was": "Jane"}, [GONE])
    assert Contact.objects.get(pk=jane.pk).name == "Jane"


@pytest.mark.parametrize("field", ["notes", "applied_at", "pro", "deleted_at", "search_text", "x"])
def test_no_other_field_is_edited(browser, jane, field):
    before = Contact.objects.values().get()
    for response in (browser.get(path(jane, field)), browser.post(path(jane, field), {field: "x", "was": ""})):
        assert Page(response, status=404).one("h1").text == "There is nothing here"
    assert Contact.objects.values().get() == before


@pytest.mark.parametrize("method", ["get", "post"])
def test_another_pros_contact_is_404(other_browser, jane, method):
    response = getattr(other_browser, method)(path(jane, "name"), {"name": "Evil", "was": "Jane"})
    assert "Jane" not in Page(response, status=404).text
    assert Contact.objects.get().name == "Jane"


def test_an_archived_contact_has_no_form(browser, jane):
    jane.archive(by=None)
    assert browser.get(path(jane, "name"))["Location"] == f"/contacts/{jane.pk}"
    assert browser.get(path(jane, "name"), headers=htmx("name"))["HX-Redirect"] == f"/contacts/{jane.pk}"


def test_a_cancelled_edit_shows_the_value(browser, jane):
    page = Page(browser.get(f"{path(jane, 'name')}?cancel=1", headers=htmx("name")))
    assert (page.one("#fact-name .fact-value").text, page.has("form")) == ("Jane", False)
