"""The files of an inquiry in the workspace, with htmx and without."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config.files.models import LooseFile
from config.web.middleware import MAX_REQUEST
from inquiries import attachments
from inquiries.attachments import attach
from inquiries.models import Attachment
from tests.factories import InquiryFactory
from tests.pages import Page
from tests.sample_files import GOOD, PDF

HTMX = {"HX-Request": "true", "HX-Target": "attachments"}


@pytest.fixture
def path(inquiry):
    return f"/inquiries/{inquiry.pk}/attachments"


@pytest.fixture
def attachment(inquiry):
    return attach(inquiry, ContentFile(PDF), "plan <1>.pdf", uploaded_by=456)


def send(browser, path, name="photo.jpg", content=None, **more):
    content = GOOD["photo.jpg"][0] if content is None else content
    return browser.post(path, {"file": SimpleUploadedFile(name, content)}, **more)


def section(response, status=200):
    return Page(response, status).one("section#attachments")


def stored_files(attachment_folder):
    return [path for path in attachment_folder.rglob("*") if path.is_file()]


def test_a_file_is_attached_and_the_browser_sent_to_the_inquiry(browser, path, user, inquiry):
    user.userhub_id = 1001
    user.save()
    response = send(browser, path)
    assert (response.status_code, response["Location"]) == (302, f"/inquiries/{inquiry.pk}#attachments")
    row = Attachment.objects.get()
    assert (row.filename, row.mime_type, row.uploaded_by, row.inquiry) == ("photo.jpg", "image/jpeg", 1001, inquiry)
    page = Page(browser.get(path))
    assert page.texts(".message") == ["“photo.jpg” is attached."]
    assert page.one("#attachments .file-name").text == "photo.jpg"
    assert "Olive Owner" in page.one("#attachments").text


def test_htmx_gets_the_section_alone(browser, path):
    response = send(browser, path, headers=HTMX)
    assert section(response).text.startswith("Attachments 1 “photo.jpg” is attached. JPG photo.jpg JPG, ")
    assert section(response).text == Page(response).text


def test_the_section_shows_size_uploader_and_time(browser, path, attachment, inquiry):
    inquiry.person = {"first_name": "Jan", "last_name": "de Vries"}
    inquiry.save()
    attach(inquiry, ContentFile(b"text"), "notes.txt", uploaded_by=31337)
    attach(inquiry, ContentFile(b"text"), "more.txt", uploaded_by=None)
    text = section(browser.get(path)).text
    assert f"plan <1>.pdf PDF, {len(PDF)} bytes · Jan de Vries · just now" in text
    assert "UserHub user 31337" in text
    assert "· Agence du Port ·" in text


def test_a_section_without_files(browser, path):
    assert "No files yet." in section(browser.get(path)).text


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.exe", b"MZ", "Choose a PDF, JPEG, PNG, GIF, WebP, Word, Excel or text file without macros"),
        ("a.pdf", b"", "The file is empty."),
        ("a.txt", b"x" * (10 * 1024 * 1024 + 1), "The file is larger than 10 MB."),
        ("a\u202efdp.exe", PDF, "Choose a PDF"),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "htmx"])
def test_a_refused_file_shows_its_reason(browser, path, attachment_folder, name, content, reason, headers):
    shown = section(send(browser, path, name, content, headers=headers), 422)
    assert reason in shown.one("#attachment-error").text
    field = shown.one("input[type=file]")
    assert (field["aria-describedby"], field["aria-invalid"]) == ("attachment-help attachment-error", "true")
    assert stored_files(attachment_folder) == []
    assert (Attachment.objects.count(), LooseFile.objects.count()) == (0, 0)


def test_no_file_at_all(browser, path):
    assert "Choose a file first." in section(browser.post(path), 422).text
    assert Attachment.objects.count() == 0


def test_one_too_many(browser, path, attachment, monkeypatch):
    monkeypatch.setattr(attachments, "MAX_FILES", 1)
    shown = section(send(browser, path), 422)
    assert "An inquiry may have 1 attachments. Delete one first." in shown.text
    assert Attachment.objects.get() == attachment


@pytest.mark.parametrize(("headers", "status"), [({}, 503), (HTMX, 422)], ids=["page", "htmx"])
def test_a_storage_that_is_down(browser, path, monkeypatch, headers, status):
    def broken(*args, **more):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(FileSystemStorage, "_save", broken)
    shown = section(send(browser, path, headers=headers), status)
    assert "The file could not be stored at the moment." in shown.text
    assert Attachment.objects.count() == 0


def test_a_download(browser, path, attachment):
    response = browser.get(f"{path}/{attachment.pk}")
    wanted = {
        "Content-Type": "application/pdf",
        "Content-Disposition": 'attachment; filename="plan <1>.pdf"',
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
        "Cache-Control": "private, no-store",
    }
    assert {name: response.headers.get(name) for name in wanted} == wanted
    assert b"".join(response) == PDF


def test_a_download_that_cannot_be_fetched(browser, path, attachment, attachment_folder, monkeypatch, inquiry):
    def broken(*args, **more):
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(FileSystemStorage, "_open", broken)
        response = browser.get(f"{path}/{attachment.pk}")
    assert (response.status_code, response["Location"]) == (302, f"/inquiries/{inquiry.pk}#attachments")
    assert "The file cannot be fetched at the moment." in Page(browser.get(path)).text
    attachment_folder.joinpath(attachment.key).unlink()
    assert Page(browser.get(f"{path}/{attachment.pk}"), 404).one("h1").text == "There is nothing here"


def test_a_delete_is_asked_about_and_then_done(
    browser, path, attachment, attachment_folder, inquiry, django_capture_on_commit_callbacks
):
    delete = f"{path}/{attachment.pk}/delete"
    assert "Delete “plan <1>.pdf”?" in Page(browser.get(delete)).one("main").text
    assert Attachment.objects.count() == 1
    with django_capture_on_commit_callbacks(execute=True):
        response = browser.post(delete)
    assert (response.status_code, response["Location"]) == (302, f"/inquiries/{inquiry.pk}#attachments")
    assert (Attachment.objects.count(), LooseFile.objects.count()) == (0, 0)
    assert stored_files(attachment_folder) == []
    assert Page(browser.post(delete), 404).one("h1").text == "There is nothing here"


def test_htmx_gets_the_section_without_the_file(browser, path, attachment):
    response = browser.post(f"{path}/{attachment.pk}/delete", headers=HTMX)
    assert section(response).text.startswith("Attachments “plan <1>.pdf” is deleted. No files yet.")


@pytest.mark.parametrize("method", ["get", "post"])
def test_another_pros_files_are_not_found(other_browser, path, attachment, method):
    for address in (path, f"{path}/{attachment.pk}", f"{path}/{attachment.pk}/delete"):
        response = getattr(other_browser, method)(address)
        assert response.status_code == (405 if method == "post" and address[-1].isdigit() else 404)
        assert "plan" not in response.content.decode()
    assert Page(send(other_browser, path), 404).one("h1").text == "There is nothing here"
    assert Attachment.objects.get() == attachment


def test_a_file_of_another_inquiry_is_not_found(browser, attachment, pro):
    other = InquiryFactory(pro=pro)
    for rest in ("", "/delete"):
        page = Page(browser.get(f"/inquiries/{other.pk}/attachments/{attachment.pk}{rest}"), 404)
        assert page.one("h1").text == "There is nothing here"
        assert attachment.filename not in page.text
    response = browser.post(f"/inquiries/{other.pk}/attachments/{attachment.pk}/delete")
    assert Page(response, 404).one("h1").text == "There is nothing here"
    assert Attachment.objects.get() == attachment


def test_nobody_is_asked_to_sign_in(nobody, path, attachment):
    for address in (path, f"{path}/{attachment.pk}", f"{path}/{attachment.pk}/delete"):
        assert nobody.get(address)["Location"] == f"/sign-in?next={address}"


def test_fifty_files_ask_as_little_as_one(browser, path, attachment):
    def asked():
        with CaptureQueriesContext(connection) as queries:
            page = Page(browser.get(path))
        return len(queries), len(page.all("#attachments .file-name"))

    browser.get(path)
    queries, _ = asked()
    row = Attachment.objects.values("inquiry_id", "filename", "mime_type", "size", "sha256").get()
    Attachment.objects.bulk_create(Attachment(**row, key=str(n), uploaded_by=n) for n in range(1, 50))
    assert asked() == (queries, 50)


def test_the_link_leaves_it_to_the_answer_what_becomes_of_it(browser, path, attachment):
    """A browser would save the page that it is sent to when the storage is down, had the link `download`."""
    link = section(browser.get(path)).one("a.file-name")
    assert (link["href"], "download" in link) == (f"{path}/{attachment.pk}", False)


LARGER = b"x" * (MAX_REQUEST + 1)


def test_a_request_that_is_too_large_is_a_page(browser, path):
    response = send(browser, path, "a.txt", LARGER)
    assert Page(response, 413).one("h1").text == "That is too large"
    assert "HX-Retarget" not in response and Attachment.objects.count() == 0


def test_htmx_puts_the_message_into_the_section(browser, path):
    response = send(browser, path, "a.txt", LARGER, headers={**HTMX, "Accept-Language": "en"})
    assert (response["HX-Retarget"], response["HX-Reswap"]) == ("find .upload-wrong", "innerHTML")
    page = Page(response, 422)
    assert page.one("ul.errorlist[role=alert]").text == page.text
    assert page.text == "Files can have at most 10 MB. Choose a smaller one."
    assert section(browser.get(path)).one("form .upload-wrong").text == ""
    assert Attachment.objects.count() == 0
