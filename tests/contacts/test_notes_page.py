"""Notes of a contact: added, edited, deleted and restored; they leave by no API."""

import uuid

import pytest

from contacts.models import ContactNote
from tests.factories import UserFactory
from tests.pages import Page

GONE = "This contact was archived or merged meanwhile. What you typed is still here."


@pytest.fixture
def jane(contact):
    return contact(name="Jane")


@pytest.fixture
def note(jane, user):
    return ContactNote.objects.add_note(jane, "First text", by=user)


def path(note, verb=""):
    return f"/contacts/{note.contact_id}/notes/{note.pk}{verb}"


def htmx(target):
    return {"HX-Request": "true", "HX-Target": target}


def note_headers(note):
    return htmx(f"note-{note.pk}")


def bodies(jane):
    return list(jane.notes.present().values_list("body", flat=True))


def test_a_note_as_stored(browser, jane, user):
    response = browser.post(f"/inbox/{jane.pk}/note", {"body": "  Call\r\nafter six. ", "next": f"/contacts/{jane.pk}"})
    assert (response.status_code, response["Location"]) == (302, f"/contacts/{jane.pk}#composer")
    [row] = ContactNote.objects.values()
    assert row == {
        "id": row["id"],
        "contact_id": jane.pk,
        "author_id": user.pk,
        "body": "Call\nafter six.",
        "created_at": row["created_at"],
        "edited_at": None,
        "deleted_at": None,
        "former": [],
        "mentions": [],
    }
    assert jane.events.count() == 0


def test_htmx_is_led_back_to_the_page(browser, jane):
    form = Page(browser.get(f"/contacts/{jane.pk}")).form("#note-form")
    response = browser.post(form.action, {**form.fields, "body": "Call <i>"}, headers=htmx("composer"))
    assert (response["HX-Redirect"], response.content) == (f"/contacts/{jane.pk}", b"")
    page = Page(browser.get(f"/contacts/{jane.pk}"))
    assert (page.form("#note-form").fields["body"], page.texts("#thread .note .words")) == ("", ["Call <i>"])


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("", "This field is required."),
        (" \n ", "This field is required."),
        ("\u200b", "Write something first."),
        ("a\0b", "Null characters are not allowed."),
        ("x" * 5001, "Ensure this value has at most 5000 characters (it has 5001)."),
    ],
)
@pytest.mark.parametrize("headers", [{}, htmx("composer")])
def test_an_unusable_text_is_an_error_of_the_form(browser, jane, body, message, headers):
    page = Page(browser.post(f"/inbox/{jane.pk}/note", {"body": body}, headers=headers), status=422)
    assert page.one("#note-form").texts(".errorlist li") == [message]
    assert bodies(jane) == []


def test_a_form_sent_twice_is_one_note_and_with_another_text_another(browser, jane):
    id = str(uuid.uuid4())
    for body in ("One", "One", "Two"):
        browser.post(f"/inbox/{jane.pk}/note", {"body": body, "id": id})
    assert bodies(jane) == ["One", "Two"]


@pytest.mark.django_db(transaction=True)
def test_a_form_sent_four_times_at_once_is_one_note(jane, user, at_once):
    id, contacts = uuid.uuid4(), type(jane).objects

    def add(_number):
        return ContactNote.objects.add_note(contacts.get(pk=jane.pk), "One", by=user, id=id)

    assert len({note.pk for note in at_once(4, add)}) == 1 and bodies(jane) == ["One"]


@pytest.mark.parametrize("headers", [{}, htmx("composer")])
def test_an_archived_contact_gets_no_note_and_the_text_stays(browser, jane, headers):
    jane.archive(by=None)
    page = Page(browser.post(f"/inbox/{jane.pk}/note", {"body": "Mine"}, headers=headers), status=422)
    form = page.form("#note-form")
    assert (form.fields["body"].strip(), form.texts(".errorlist li")) == ("Mine", [GONE])
    assert bodies(jane) == []


@pytest.mark.parametrize("is_htmx", [True, False])
def test_a_note_is_edited(browser, note, is_htmx):
    headers = note_headers(note) if is_htmx else {}
    page = Page(browser.get(path(note), headers=headers))
    form = page.form(".note form")
    assert (form.fields["edit-was"], page.has("main")) == ("First text", not is_htmx)
    response = browser.post(form.action, {**form.fields, "edit-body": "Better text"}, headers=headers)
    if is_htmx:
        assert "edited" in Page(response).one(".entry-head").text
    else:
        assert (response.status_code, response["Location"]) == (302, f"/contacts/{note.contact_id}")
    note.refresh_from_db()
    assert (note.body, note.edited_at is not None) == ("Better text", True)


def test_the_same_text_is_no_edit(browser, note):
    browser.post(path(note), {"edit-body": "First text", "edit-was": "First text"})
    note.refresh_from_db()
    assert note.edited_at is None


@pytest.mark.parametrize("stored", ["One\nTwo", "One\rTwo"])
def test_kinds_of_line_breaks_are_no_conflict(browser, jane, user, stored):
    note = ContactNote.objects.add_note(jane, stored, by=user)
    assert note.body == "One\nTwo"
    fields = {"edit-body": "One\r\nThree", "edit-was": "One\r\nTwo"}
    page = Page(browser.post(path(note), fields, headers=note_headers(note)))
    assert page.one(".note").has("form.entry-buttons")
    assert bodies(jane) == ["One\nThree"]


@pytest.mark.parametrize("is_htmx", [True, False])
def test_the_second_editor_sees_both_texts_and_keeps_the_typed_one(browser, jane, note, is_htmx):
    headers = note_headers(note) if is_htmx else {}
    note.change_body("Theirs", expected="First text")
    fields = {"edit-body": "Mine", "edit-was": "First text"}
    form = Page(browser.post(path(note), fields, headers=headers), status=409).form(".note form")
    assert (form.fields["edit-body"].strip(), form.fields["edit-was"]) == ("Mine", "Theirs")
    assert form.texts(".message p") == ["Somebody changed this while you were editing. It now says:", "Theirs"]
    assert bodies(jane) == ["Theirs"]
    browser.post(form.action, form.fields, headers=headers)
    assert bodies(jane) == ["Mine"]


@pytest.mark.parametrize("body", ["", "\u200b", "x" * 5001, "a\0b"])
def test_an_unusable_text_leaves_the_note(browser, jane, note, body):
    response = browser.post(path(note), {"edit-body": body, "edit-was": "First text"}, headers=note_headers(note))
    assert len(Page(response, status=422).one(".note form").texts(".errorlist li")) == 1
    assert bodies(jane) == ["First text"]


def test_a_note_is_deleted_and_restored(browser, jane, note):
    for undos in (1, 0):
        page = Page(browser.post(path(note, "/delete"), headers=note_headers(note)))
        assert (page.one("li.note").text, bodies(jane)) == ("The note is deleted.", [])
        # A second click says nothing.
        assert len(page.all('[hx-swap-oob="beforeend:#toasts"] form')) == undos
    assert Page(browser.get(f"/contacts/{jane.pk}")).one("#thread").text == ""
    page = Page(browser.post(path(note, "/restore"), headers={"HX-Request": "true", "HX-Target": "toasts"}))
    assert page.one(f'#note-{note.pk}[hx-swap-oob="true"]').text.count("First text") == 1
    assert page.texts(".toast p") == ["The note is restored."]
    assert bodies(jane) == ["First text"]


def test_without_javascript_a_toast_offers_to_restore_it(browser, jane, note):
    assert browser.post(path(note, "/delete"))["Location"] == f"/contacts/{jane.pk}"
    page = Page(browser.get(f"/contacts/{jane.pk}"))
    assert (page.texts("#toasts p"), page.one("#thread").text) == (["The note is deleted."], "")
    for _ in range(2):
        response = browser.post(page.form("#toasts form").action)
        assert (response.status_code, response["Location"]) == (302, f"/contacts/{note.contact_id}")
    assert bodies(jane) == ["First text"]


def test_a_text_typed_while_the_note_was_deleted_stays(browser, note):
    note.soft_delete()
    fields = {"edit-body": "Mine", "edit-was": "First text"}
    form = Page(browser.post(path(note), fields, headers=note_headers(note)), status=409).form(".note form")
    assert form.fields["edit-body"].strip() == "Mine"
    assert form.texts(".errorlist li") == ["This note was deleted meanwhile. What you typed is still here."]


@pytest.mark.parametrize("verb", ["", "/delete", "/restore"])
def test_another_pros_note_is_404(other_browser, other_user, jane, note, contact, verb):
    own = contact(pro=other_user.pro)
    for address in (path(note, verb), f"/contacts/{own.pk}/notes/{note.pk}{verb}"):
        response = other_browser.post(address, {"edit-body": "Evil", "edit-was": "First text"})
        assert "First text" not in Page(response, status=404).text
    assert "Jane" not in Page(other_browser.post(f"/inbox/{jane.pk}/note", {"body": "Evil"}), status=404).text
    assert bodies(jane) == ["First text"]


def test_an_edit_by_a_colleague_keeps_the_author(jane, note, user):
    colleague = UserFactory(pro=user.pro)
    note.change_body("Together", expected="First text")
    note.refresh_from_db()
    assert (note.author, note.body) == (user, "Together") and colleague.pro == note.contact.pro


def test_the_api_neither_shows_nor_takes_notes(api, jane, note):
    for response in (api.get(f"/api/v1/contacts/{jane.pk}"), api.get("/api/v1/contacts")):
        assert response.status_code == 200
        assert b"First text" not in response.content and b"notes" not in response.content
    refused = api.patch(f"/api/v1/contacts/{jane.pk}", {"notes": "x"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "validation_error")


@pytest.mark.parametrize("verb", ["", "/delete", "/restore"])
def test_notes_of_an_archived_contact_cannot_be_changed(browser, jane, note, verb):
    jane.archive(by=None)
    before = ContactNote.objects.values().get()
    fields = {"edit-body": "Mine", "edit-was": "First text"}
    response = browser.post(path(note, verb), fields, headers=note_headers(note))
    if verb:
        assert response["HX-Redirect"] == f"/contacts/{jane.pk}"
    else:
        form = Page(response, status=409).form(".note form")
        assert (form.fields["edit-body"].strip(), form.texts(".errorlist li")) == ("Mine", [GONE])
    assert ContactNote.objects.values().get() == before
