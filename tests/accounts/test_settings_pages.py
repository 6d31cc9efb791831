import contextlib
import re
from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from config.accounts import identity_review
from config.accounts.models import ApiToken, IdentityDocument
from tests.factories import ProFactory, UserFactory, make_token

PDF = b"%PDF-1.7\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


def upload(name="cni.pdf", content=PDF):
    return {"file": SimpleUploadedFile(name, content)}


def test_the_language_changes_at_once(browser, user):
    response = browser.post("/settings/profile", {"person": "1", "person-name": "Olive", "person-language": "fr"})
    assert response["Location"] == "/settings/profile"
    user.refresh_from_db()
    assert (user.name, user.language) == ("Olive", "fr")
    page = browser.get("/settings/profile").content.decode()
    assert '<html lang="fr">' in page and "Enregistré." in page


def business(**changes):
    fields = {
        "name": "Agence",
        "email": "a@example.com",
        "phone": "",
        "country": "BE",
        "language": "nl",
        "time_zone": "Europe/Brussels",
        **changes,
    }
    return {"business": "1", **{f"business-{key}": value for key, value in fields.items()}}


def test_the_business_is_changed(browser, pro):
    browser.post("/settings/profile", business())
    pro.refresh_from_db()
    assert (pro.name, pro.email, pro.country, pro.language, pro.time_zone) == (
        "Agence",
        "a@example.com",
        "BE",
        "nl",
        "Europe/Brussels",
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"email": "x"},
        {"country": "Belgium"},
        {"country": "be"},
        {"language": "de"},
        {"time_zone": "Mars/X"},
    ],
)
def test_an_unusable_value_is_named_and_nothing_changes(browser, pro, changes):
    before = type(pro).objects.values().get(pk=pro.pk)
    response = browser.post("/settings/profile", business(**changes))
    assert (response.status_code, "errorlist" in response.content.decode()) == (422, True)
    assert type(pro).objects.values().get(pk=pro.pk) == before


def test_the_pro_cannot_lift_its_gate_or_change_its_plan(browser, pro):
    browser.post("/settings/profile", {**business(), "business-plan": "enterprise", "business-cni_required": "on"})
    pro.refresh_from_db()
    assert (pro.plan, pro.cni_required) == ("free", False)


def test_a_token_is_shown_once_and_works(browser, user, nobody):
    data = {"name": "Website", "scopes": ["contact_requests:read"], "expires_on": "2999-01-31"}
    response = browser.post("/settings/tokens", data)
    secret = re.search(r'<code id="secret">(vst_[^<]+)</code>', response.content.decode())[1]
    token = ApiToken.objects.get()
    assert (token.pro, token.name, token.scopes, token.created_by) == (
        user.pro,
        "Website",
        ["contact_requests:read"],
        user,
    )
    assert token.expires_at.isoformat() == "2999-01-31T23:00:00+00:00"
    answer = nobody.get("/pro/contact-requests", headers={"Authorization": f"Bearer {secret}"})
    assert answer.json() == {"data": [], "cursor": {"next": None}, "hasMore": False}
    assert secret not in browser.get("/settings/tokens").content.decode()
    assert response["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"scopes": []},
        {"scopes": ["everything"]},
        {"expires_on": "2001-01-01"},
        {"expires_on": "9999-12-31"},
    ],
)
def test_an_unusable_token_is_not_made(browser, changes):
    data = {"name": "Website", "scopes": ["contacts:read"], "expires_on": "", **changes}
    assert browser.post("/settings/tokens", data).status_code == 422
    assert ApiToken.objects.count() == 0


def test_a_revoked_token_is_refused_at_once(browser, pro, nobody):
    secret = make_token(pro)
    token = ApiToken.objects.get()
    assert browser.post(f"/settings/tokens/{token.pk}/revoke")["Location"] == "/settings/tokens"
    assert nobody.get("/pro/contact-requests", headers={"Authorization": f"Bearer {secret}"}).status_code == 401
    assert token.prefix not in browser.get("/settings/tokens").content.decode()


def test_another_pros_token_is_404(browser):
    make_token(ProFactory())
    token = ApiToken.objects.get()
    assert browser.post(f"/settings/tokens/{token.pk}/revoke").status_code == 404
    token.refresh_from_db()
    assert token.revoked_at is None
    assert token.prefix not in browser.get("/settings/tokens").content.decode()


@pytest.fixture
def gated(pro):
    pro.cni_required = True
    pro.save()
    return pro


@pytest.mark.parametrize("path", ["/inbox", "/inbox/quarantine", "/settings/tokens"])
def test_the_gate_leads_to_the_identity_check(browser, gated, path):
    assert browser.get(path)["Location"] == "/settings/identity"
    htmx = browser.get(path, headers={"HX-Request": "true"})
    assert htmx["HX-Redirect"] == "/settings/identity"


@pytest.mark.parametrize("path", ["/settings/profile", "/settings/password", "/settings/identity", "/docs/api"])
def test_what_stays_open_behind_the_gate(browser, gated, path):
    assert browser.get(path).status_code == 200


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("cni.pdf", PDF, "application/pdf"),
        ("CNI.JPEG", b"\xff\xd8\xff\xe0" + b"\0" * 20, "image/jpeg"),
        ("cni.png", PNG, "image/png"),
    ],
)
def test_a_document_is_kept_for_review(browser, user, gated, media, name, content, kind):
    assert browser.post("/settings/identity", upload(name, content))["Location"] == "/settings/identity"
    document = IdentityDocument.objects.get()
    assert (
        document.pro,
        document.state,
        document.filename,
        document.content_type,
        document.size,
        document.uploaded_by,
    ) == (
        gated,
        "pending",
        name,
        kind,
        len(content),
        user,
    )
    assert (media / document.file.name).read_bytes() == content
    assert name not in document.file.name
    assert "In review" in browser.get("/settings/identity").content.decode()
    assert browser.get("/inbox").status_code == 302


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("cni.pdf", b"", "empty"),
        ("cni.pdf", PNG, "name and content must agree"),
        ("cni.html", PDF, "name and content must agree"),
        ("cni.pdf.exe", PDF, "name and content must agree"),
        ("cni", PDF, "name and content must agree"),
        ("cni.pdf", PDF + b"0" * (10 * 1024 * 1024), "larger than 10 MB"),
        ("x" * 300 + ".pdf", PDF, "at most 200 characters"),
    ],
)
def test_what_is_no_document_is_refused_and_not_kept(browser, gated, media, name, content, error):
    response = browser.post("/settings/identity", upload(name, content))
    assert (response.status_code, error in response.content.decode()) == (422, True)
    assert IdentityDocument.objects.count() == 0
    assert not media.exists() or not [path for path in media.rglob("*") if path.is_file()]


def test_a_crash_between_file_and_row_leaves_no_file(browser, gated, media, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("crash")

    monkeypatch.setattr(IdentityDocument, "save", fail)
    assert browser.post("/settings/identity", upload()).status_code == 500
    assert [path for path in media.rglob("*") if path.is_file()] == []


def test_a_newer_document_takes_the_place_of_the_waiting_one(browser, gated):
    for name in ("a.pdf", "b.pdf"):
        browser.post("/settings/identity", upload(name))
    assert list(IdentityDocument.objects.order_by("pk").values_list("filename", "state")) == [
        ("a.pdf", "replaced"),
        ("b.pdf", "pending"),
    ]


def test_the_file_of_a_replaced_document_is_taken_away(browser, gated, media, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        for name in ("a.pdf", "b.pdf"):
            browser.post("/settings/identity", upload(name))
    newest = IdentityDocument.objects.get(state="pending")
    assert [path for path in media.rglob("*") if path.is_file()] == [media / newest.file.name]
    replaced = IdentityDocument.objects.get(state="replaced")
    assert browser.get(f"/settings/identity/{replaced.pk}/file").status_code == 404


def test_a_pro_of_whom_no_check_is_asked_uploads_nothing(browser, pro, media):
    response = browser.post("/settings/identity", upload())
    assert (response.status_code, IdentityDocument.objects.count(), media.exists()) == (422, 0, False)


@pytest.mark.django_db(transaction=True)
def test_an_upload_and_a_review_at_once_do_not_lock_each_other_out(gated, user, staff, at_once):
    def send():
        IdentityDocument.objects.submit(gated, SimpleUploadedFile("b.pdf", PDF), by=user)

    for _ in range(8):
        waiting = IdentityDocument.objects.submit(gated, SimpleUploadedFile("a.pdf", PDF), by=user)

        def review(waiting=waiting):
            with contextlib.suppress(ValidationError):
                identity_review.reject(waiting, "No.", by=staff)

        at_once(2, lambda n, review=review: (send, review)[n]())
    assert IdentityDocument.objects.filter(state="pending").count() == 1


def test_rejection_says_why_and_approval_opens_the_inbox(browser, staff, gated):
    browser.post("/settings/identity", upload())
    identity_review.reject(IdentityDocument.objects.get(), "The photo is too dark.", by=staff)
    assert "The photo is too dark." in browser.get("/settings/identity").content.decode()
    assert browser.get("/inbox").status_code == 302
    browser.post("/settings/identity", upload())
    identity_review.approve(IdentityDocument.objects.get(state="pending"), by=staff)
    assert browser.get("/inbox").status_code == 200


def test_the_own_document_is_a_download(browser, gated):
    browser.post("/settings/identity", upload("carte d'identité.pdf"))
    response = browser.get(f"/settings/identity/{IdentityDocument.objects.get().pk}/file")
    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''carte%20d%27identit%C3%A9.pdf"
    assert response["Content-Type"] == "application/pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"


def test_another_pros_document_is_404(browser, gated, other_browser):
    browser.post("/settings/identity", upload())
    assert other_browser.get(f"/settings/identity/{IdentityDocument.objects.get().pk}/file").status_code == 404


def test_times_are_those_of_the_pros_own_place(browser, pro):
    pro.time_zone = "Asia/Tokyo"
    pro.save()
    make_token(pro, expires_at=datetime(2999, 1, 1, 20, tzinfo=UTC))
    assert "2 Jan. 2999, 05:00" in browser.get("/settings/tokens").content.decode()


def test_a_colleague_sees_the_same(browser, pro, nobody):
    make_token(pro)
    nobody.force_login(UserFactory(pro=pro), backend="config.accounts.backends.EmailBackend")
    assert ApiToken.objects.get().prefix in nobody.get("/settings/tokens").content.decode()
