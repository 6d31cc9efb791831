"""Files of messages are downloads of their conversation."""

import pytest

from contacts.book.merging import merge_contacts
from contacts.channels.message import File

from ...pages import Page
from ..messaging import arrive
from .pages import PDF, messages_path, path_of

# The browser must not show or run it.
HEADERS = {
    "Content-Type": "application/pdf",
    "Content-Length": str(len(PDF)),
    "Content-Disposition": "attachment; filename*=utf-8''Plan%20%22%C3%A9%22%20%F0%9F%93%8E.pdf",
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, no-store",
}


@pytest.fixture
def mail(letterbox):
    return arrive(letterbox, files=(File('Plan "é" 📎.pdf', PDF),))


def file_path(message):
    return f"{messages_path(message.contact)}/files/{message.files.get().pk}"


@pytest.mark.parametrize("is_archived", [False, True])
def test_file_is_downloaded(browser, mail, is_archived):
    if is_archived:
        mail.contact.archive(by=None)
    for method, content in (("get", PDF), ("head", b"")):
        response = getattr(browser, method)(file_path(mail))
        assert (response.status_code, b"".join(response)) == (200, content)
        assert {name: response[name] for name in HEADERS} == HEADERS


def test_file_of_another_conversation_is_404(browser, mail, letterbox):
    other = arrive(letterbox, who="Other")
    paths = [f"{messages_path(other.contact)}/files/{mail.files.get().pk}"]
    paths += [f"{messages_path(mail.contact)}/files/{number}" for number in (0, 10**30)]
    for path in paths:
        assert Page(browser.get(path), 404).one("h1").text == "There is nothing here"
    assert b"".join(browser.get(file_path(mail))) == PDF


def test_missing_file_is_404(browser, mail, attachment_folder):
    (attachment_folder / mail.files.get().key).unlink()
    response = browser.get(file_path(mail))
    assert (response.status_code, PDF in response.content) == (404, False)


def test_unavailable_storage_leads_to_the_contact(browser, mail, attachment_folder):
    path = attachment_folder / mail.files.get().key
    path.unlink()
    path.mkdir()
    response = browser.get(file_path(mail))
    assert (response.status_code, response["Location"]) == (302, f"/contacts/{mail.contact_id}")
    assert Page(browser.get(response["Location"])).texts(".message-error") == [
        "The file cannot be fetched at the moment. Please try again in a few minutes."
    ]


def test_file_follows_its_message_in_a_merge(browser, user, mail, contact):
    kept = contact(name="Survivor")
    former_path = file_path(mail)
    merge_contacts(kept, mail.contact, by=user)
    assert browser.get(former_path).status_code == 404
    response = browser.get(f"{messages_path(kept)}/files/{mail.files.get().pk}")
    assert (response.status_code, b"".join(response)) == (200, PDF)


def test_file_that_may_run_something_is_marked(browser, letterbox):
    mail = arrive(letterbox, files=(File("plan.pdf", PDF), File("photo.heic", b"ftyp"), File("plan.exe", b"MZ")))
    files = Page(browser.get(path_of(mail.contact))).texts(".message-files li")
    assert [text.endswith("May be dangerous") for text in files] == [False, False, True]
    response = browser.get(f"{messages_path(mail.contact)}/files/{mail.files.get(filename='plan.exe').pk}")
    assert (response["Content-Type"], b"".join(response)) == ("application/octet-stream", b"MZ")
    assert response["Content-Disposition"] == 'attachment; filename="plan.exe"'
