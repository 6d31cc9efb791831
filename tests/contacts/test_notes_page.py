"""Notes about a contact: written, rewritten, deleted, brought back, and never sent."""

import re
import uuid

import pytest

from contacts.models import ContactNote

from ..factories import UserFactory


@pytest.fixture
def jane(contact):
    return contact(name="Jane")


@pytest.fixture
def note(jane, user):
    return ContactNote.objects.add_note(jane, "First words", by=user)


def path(note, verb=""):
    return f"/contacts/{note.contact_id}/notes/{note.pk}{verb}"


def htmx(target):
    return {"HX-Request": "true", "HX-Target": target}


def on(note):
    return htmx(f"note-{note.pk}")


def was(html):
    return re.search(r'name="edit-was" value="([^"]*)"', html)[1]


def bodies(jane):
    return list(jane.notes.present().values_list("body", flat=True))


def test_as_stored(browser, jane, user):
    response = browser.post(f"/contacts/{jane.pk}/notes", {"body": "  Call\r\nafter six. "})
    assert (response.status_code, response["Location"]) == (302, f"/contacts/{jane.pk}")
    [row] = ContactNote.objects.values()
    assert row == {
        "id": row["id"],
        "contact_id": jane.pk,
        "author_id": user.pk,
        "body": "Call\nafter six.",
        "created_at": row["created_at"],
        "edited_at": None,
        "deleted_at": None,
    }
    assert jane.events.count() == 0


def test_htmx_gets_an_empty_form_and_the_note(browser, jane):
    response = browser.post(f"/contacts/{jane.pk}/notes", {"body": "Call <i>"}, headers=htmx("note-new"))
    html = response.content.decode()
    assert response.status_code == 200 and html.strip().startswith('<form id="note-new"')
    assert re.search(r'<textarea name="body"[^>]*>\s*</textarea>', html)
    assert re.search(r'<ol hx-swap-oob="afterbegin:#entries">\s*<li class="entry note"', html)
    assert "Call &lt;i&gt;" in html


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("", "This field is required."),
        (" \n ", "This field is required."),
        ("\u200b", "Write something first."),
        ("a\0b", "Null characters are not allowed."),
        ("x" * 5001, "Ensure this value has at most 5000 characters (it has 5001)."),
    ],
)
@pytest.mark.parametrize("headers", [{}, htmx("note-new")])
def test_what_cannot_be_is_refused_and_stays_typed(browser, jane, body, said, headers):
    response = browser.post(f"/contacts/{jane.pk}/notes", {"body": body}, headers=headers)
    assert (response.status_code, response.context["note_form"].errors) == (422, {"body": [said]})
    assert bodies(jane) == []


def test_sent_twice_it_is_one_and_with_other_words_another(browser, jane):
    id = str(uuid.uuid4())
    for body in ("One", "One", "Two"):
        browser.post(f"/contacts/{jane.pk}/notes", {"body": body, "id": id})
    assert bodies(jane) == ["One", "Two"]


@pytest.mark.django_db(transaction=True)
def test_sent_four_times_at_once_it_is_one(jane, user, at_once):
    id = uuid.uuid4()
    made = at_once(
        4, lambda _n: ContactNote.objects.add_note(type(jane).objects.get(pk=jane.pk), "One", by=user, id=id)
    )
    assert len({row.pk for row in made}) == 1 and bodies(jane) == ["One"]


@pytest.mark.parametrize("headers", [{}, htmx("note-new")])
def test_an_archived_contact_takes_no_note_and_it_stays_typed(browser, jane, headers):
    jane.archive(by=None)
    response = browser.post(f"/contacts/{jane.pk}/notes", {"body": "Mine"}, headers=headers)
    assert response.status_code == 422
    assert (
        "archived or merged meanwhile" in response.content.decode()
        and ">\nMine</textarea>" in response.content.decode()
    )
    assert bodies(jane) == []


@pytest.mark.parametrize("is_htmx", [True, False])
def test_a_note_is_rewritten(browser, note, is_htmx):
    headers = on(note) if is_htmx else {}
    html = browser.get(path(note), headers=headers).content.decode()
    assert was(html) == "First words" and ("<html" in html) != is_htmx
    response = browser.post(path(note), {"edit-body": "Better words", "edit-was": was(html)}, headers=headers)
    assert response.status_code == (200 if is_htmx else 302)
    note.refresh_from_db()
    assert (note.body, note.edited_at is not None) == ("Better words", True)
    if is_htmx:
        assert "edited" in response.content.decode()


def test_the_same_words_are_no_edit(browser, note):
    browser.post(path(note), {"edit-body": "First words", "edit-was": "First words"})
    note.refresh_from_db()
    assert note.edited_at is None


def test_lines_are_no_conflict(browser, jane, user):
    note = ContactNote.objects.add_note(jane, "One\nTwo", by=user)
    response = browser.post(path(note), {"edit-body": "One\r\nThree", "edit-was": "One\r\nTwo"}, headers=on(note))
    assert response.status_code == 200 and bodies(jane) == ["One\nThree"]


@pytest.mark.parametrize("is_htmx", [True, False])
def test_the_second_writer_sees_both_and_keeps_what_they_typed(browser, jane, note, is_htmx):
    headers = on(note) if is_htmx else {}
    note.change_body("Theirs", expected="First words")
    response = browser.post(path(note), {"edit-body": "Mine", "edit-was": "First words"}, headers=headers)
    html = response.content.decode()
    assert response.status_code == 409 and "<p>Theirs</p>" in html and ">\nMine</textarea>" in html
    assert bodies(jane) == ["Theirs"]
    browser.post(path(note), {"edit-body": "Mine", "edit-was": was(html)}, headers=headers)
    assert bodies(jane) == ["Mine"]


@pytest.mark.parametrize("body", ["", "\u200b", "x" * 5001, "a\0b"])
def test_words_that_cannot_be_leave_the_note(browser, jane, note, body):
    response = browser.post(path(note), {"edit-body": body, "edit-was": "First words"}, headers=on(note))
    assert (response.status_code, bodies(jane)) == (422, ["First words"])


def test_deleted_and_brought_back(browser, jane, note):
    response = browser.post(path(note, "/delete"), headers=on(note))
    assert "The note is deleted." in response.content.decode() and bodies(jane) == []
    assert "First words" not in browser.get(f"/contacts/{jane.pk}").content.decode()
    # Twice is once.
    browser.post(path(note, "/delete"), headers=on(note))
    response = browser.post(path(note, "/restore"), headers=on(note))
    assert "First words" in response.content.decode() and bodies(jane) == ["First words"]


def test_without_javascript_a_page_offers_to_bring_it_back(browser, note):
    html = browser.post(path(note, "/delete")).content.decode()
    assert "<html" in html and f'action="{path(note, "/restore")}"' in html
    response = browser.post(path(note, "/restore"))
    assert (response.status_code, response["Location"]) == (302, f"/contacts/{note.contact_id}")


def test_a_note_deleted_meanwhile_is_said_and_stays_typed(browser, note):
    note.soft_delete()
    response = browser.post(path(note), {"edit-body": "Mine", "edit-was": "First words"}, headers=on(note))
    html = response.content.decode()
    assert response.status_code == 409
    assert "This note was deleted meanwhile." in html and ">\nMine</textarea>" in html


@pytest.mark.parametrize("verb", ["", "/delete", "/restore"])
def test_another_pros_note_is_404(other_browser, other_user, jane, note, contact, verb):
    own = contact(pro=other_user.pro)
    for address in (path(note, verb), f"/contacts/{own.pk}/notes/{note.pk}{verb}"):
        response = other_browser.post(address, {"edit-body": "Evil", "edit-was": "First words"})
        assert (response.status_code, "First" in response.content.decode()) == (404, False)
    assert other_browser.post(f"/contacts/{jane.pk}/notes", {"body": "Evil"}).status_code == 404
    assert bodies(jane) == ["First words"]


def test_a_colleague_may_rewrite_it_and_the_author_stays(jane, note, user):
    colleague = UserFactory(pro=user.pro)
    note.change_body("Together", expected="First words")
    note.refresh_from_db()
    assert (note.author, note.body) == (user, "Together") and colleague.pro == note.contact.pro


def test_notes_leave_by_no_route(api, jane, note):
    shown = api.get(f"/api/v1/contacts/{jane.pk}").content + api.get("/api/v1/contacts").content
    assert b"First words" not in shown and b"notes" not in shown
    assert api.patch(f"/api/v1/contacts/{jane.pk}", {"notes": "x"}).status_code == 400


@pytest.mark.parametrize("verb", ["", "/delete", "/restore"])
def test_notes_of_an_archived_contact_stay_as_they_are(browser, jane, note, verb):
    jane.archive(by=None)
    before = ContactNote.objects.values().get()
    response = browser.post(path(note, verb), {"edit-body": "Mine", "edit-was": "First words"}, headers=on(note))
    if verb:
        assert response["HX-Redirect"] == f"/contacts/{jane.pk}"
    else:
        assert (response.status_code, ">\nMine</textarea>" in response.content.decode()) == (409, True)
    assert ContactNote.objects.values().get() == before


def test_a_lone_carriage_return_is_a_line_like_any_other(browser, jane, user):
    note = ContactNote.objects.add_note(jane, "One\rTwo", by=user)
    assert note.body == "One\nTwo"
    response = browser.post(path(note), {"edit-body": "Three", "edit-was": "One\r\nTwo"}, headers=on(note))
    assert (response.status_code, bodies(jane)) == (200, ["Three"])
