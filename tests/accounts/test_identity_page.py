"""/settings/identity and the CNI gate: a document is uploaded, replaced, reviewed and downloaded."""

import contextlib
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from config.accounts import identity_review
from config.accounts.models import IdentityDocument

from ..pages import Page
from ..sample_files import JPEG, png

PATH = "/settings/identity"
PDF = b"%PDF-1.7\n%%EOF\n"
PNG = png()


def upload(browser: Any, name: str = "cni.pdf", content: bytes = PDF) -> Any:
    return browser.post(PATH, {"file": SimpleUploadedFile(name, content)})


def file_page(document: IdentityDocument) -> str:
    return f"{PATH}/{document.pk}/file"


def state_text(browser: Any) -> str:
    """The section that says how the check stands."""
    return Page(browser.get(PATH)).one("section[aria-labelledby=state-title]").text


def stored_files(media: Any) -> list[Any]:
    return [path for path in media.rglob("*") if path.is_file()]


@pytest.mark.parametrize("path", ["/inbox", "/inbox/set-aside", "/settings/tokens"])
def test_the_gate_leads_to_the_identity_check(browser, gated, path):
    assert browser.get(path)["Location"] == PATH
    htmx = browser.get(path, headers={"HX-Request": "true"})
    assert htmx["HX-Redirect"] == PATH


@pytest.mark.parametrize(
    ("path", "heading"),
    [
        ("/settings/profile", "Settings"),
        ("/settings/password", "Settings"),
        ("/settings/identity", "Settings"),
        ("/docs/api", "API reference"),
    ],
)
def test_pages_that_stay_open_behind_the_gate(browser, gated, path, heading):
    assert Page(browser.get(path)).one("h1").text == heading


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("cni.pdf", PDF, "application/pdf"),
        ("CNI.JPEG", JPEG, "image/jpeg"),
        ("cni.png", PNG, "image/png"),
    ],
)
def test_a_document_is_stored_for_review(browser, user, gated, media, name, content, media_type):
    assert upload(browser, name, content)["Location"] == PATH
    document = IdentityDocument.objects.get()
    assert (document.pro, document.state, document.uploaded_by) == (gated, "pending", user)
    assert (document.filename, document.content_type, document.size) == (name, media_type, len(content))
    assert (media / document.file.name).read_bytes() == content
    assert name not in document.file.name
    assert "In review" in state_text(browser)
    assert browser.get("/inbox")["Location"] == PATH


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("cni.pdf", b"", "The submitted file is empty."),
        ("cni.pdf", PNG, "Choose a PDF, JPEG or PNG file; name and content must agree."),
        ("cni.html", PDF, "Choose a PDF, JPEG or PNG file; name and content must agree."),
        ("cni.pdf.exe", PDF, "Choose a PDF, JPEG or PNG file; name and content must agree."),
        ("cni", PDF, "Choose a PDF, JPEG or PNG file; name and content must agree."),
        ("cni.pdf", PDF + b"0" * (10 * 1024 * 1024), "The file is larger than 10 MB."),
        (
            "x" * 300 + ".pdf",
            PDF,
            "Ensure this filename has at most 200 characters (it has 255).",
        ),
    ],
)
def test_an_invalid_file_is_refused_and_not_stored(browser, gated, media, name, content, error):
    assert Page(upload(browser, name, content), 422).texts(".errorlist li") == [error]
    assert (IdentityDocument.objects.count(), stored_files(media)) == (0, [])


def test_a_crash_between_file_and_row_leaves_no_file(browser, gated, media, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("crash")

    monkeypatch.setattr(IdentityDocument, "save", fail)
    assert upload(browser).status_code == 500
    assert (IdentityDocument.objects.count(), stored_files(media)) == (0, [])


def test_a_newer_document_replaces_the_pending_one(browser, gated):
    for name in ("a.pdf", "b.pdf"):
        upload(browser, name)
    rows = IdentityDocument.objects.order_by("pk").values_list("filename", "state")
    assert list(rows) == [("a.pdf", "replaced"), ("b.pdf", "pending")]


def test_the_file_of_a_replaced_document_is_deleted(browser, gated, media, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        for name in ("a.pdf", "b.pdf"):
            upload(browser, name)
    replaced, newest = (IdentityDocument.objects.get(state=state) for state in ("replaced", "pending"))
    assert stored_files(media) == [media / newest.file.name]
    assert Page(browser.get(file_page(replaced)), 404).one("h1").text == "There is nothing here"


def test_without_a_gate_nothing_is_uploaded(browser, pro, media):
    page = Page(upload(browser), 422)
    assert page.one("section[aria-labelledby=state-title]").text == "Status No identity check is required."
    assert not page.one("main").has("input[type=file]")
    assert (IdentityDocument.objects.count(), stored_files(media)) == (0, [])


@pytest.mark.django_db(transaction=True)
def test_an_upload_and_a_review_at_once_do_not_deadlock(gated, user, staff, at_once):
    def submit(name: str) -> IdentityDocument:
        return IdentityDocument.objects.submit(gated, SimpleUploadedFile(name, PDF), by=user)

    for _ in range(8):
        pending = submit("a.pdf")

        def review(document: IdentityDocument = pending) -> None:
            with contextlib.suppress(ValidationError):
                identity_review.reject(document, "No.", by=staff)

        at_once(2, lambda n, review=review: review() if n else submit("b.pdf"))
    assert IdentityDocument.objects.filter(state="pending").count() == 1


def test_a_rejection_shows_its_reason_and_an_approval_opens_the_inbox(browser, staff, gated):
    upload(browser)
    identity_review.reject(IdentityDocument.objects.get(), "The photo is too dark.", by=staff)
    assert "Rejected The photo is too dark." in state_text(browser)
    assert browser.get("/inbox")["Location"] == PATH
    upload(browser)
    identity_review.approve(IdentityDocument.objects.get(state="pending"), by=staff)
    assert Page(browser.get("/inbox")).one("h1").text.startswith("Waiting")
    assert "Your identity is verified." in state_text(browser)


def test_the_own_document_is_a_sandboxed_download(browser, gated):
    upload(browser, "carte d'identité.pdf")
    response = browser.get(file_page(IdentityDocument.objects.get()))
    assert b"".join(response.streaming_content) == PDF
    names = ["Content-Type", "Content-Disposition", "X-Content-Type-Options", "Content-Security-Policy"]
    assert [response[name] for name in names] == [
        "application/pdf",
        "attachment; filename*=utf-8''carte%20d%27identit%C3%A9.pdf",
        "nosniff",
        "sandbox; default-src 'none'; frame-ancestors 'none'",
    ]


def test_another_pros_document_is_404(browser, gated, other_browser):
    upload(browser)
    response = other_browser.get(file_page(IdentityDocument.objects.get()))
    assert Page(response, 404).one("h1").text == "There is nothing here"
