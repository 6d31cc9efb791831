"""Downloads of pages from a bucket, at an address that is signed for a minute (ATTACHMENT_SIGNED_DOWNLOADS)."""

import urllib.request
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.files.base import ContentFile

from config.files import bucket
from contacts.channels.message import File
from inquiries.attachments import attach
from tests.contacts.messaging import arrive, connect
from tests.factories import InquiryFactory
from tests.files.test_bucket import server
from tests.sample_files import PDF

__all__ = ["server"]
pytestmark = pytest.mark.django_db(transaction=True)
NAME = "Plan d’été.pdf"


@pytest.fixture
def attachment(server, user):
    return attach(InquiryFactory(pro=user.pro), ContentFile(PDF), NAME, uploaded_by=9)


def path_of(attachment):
    return f"/inquiries/{attachment.inquiry_id}/attachments/{attachment.pk}"


def test_a_download_leads_to_the_bucket_for_a_minute(browser, server, attachment, settings):
    settings.ATTACHMENT_SIGNED_DOWNLOADS = True
    response = browser.get(path_of(attachment))
    assert (response.status_code, response["Cache-Control"]) == (302, "private, no-store")
    url = urlsplit(response["Location"])
    asked = {name: values[0] for name, values in parse_qs(url.query).items()}
    assert (f"{url.scheme}://{url.netloc}", url.path) == (server.url, f"/desk-attachments/{attachment.key}")
    assert {name: value for name, value in asked.items() if not name.startswith("X-Amz")} == {
        "response-content-disposition": "attachment; filename*=utf-8''Plan%20d%E2%80%99%C3%A9t%C3%A9.pdf",
        "response-content-type": "application/pdf",
        "response-cache-control": "private, no-store",
    }
    assert (asked["X-Amz-Expires"], asked["X-Amz-SignedHeaders"]) == ("60", "host")
    assert asked["X-Amz-Credential"].startswith("the-access-key/") and len(asked["X-Amz-Signature"]) == 64
    with urllib.request.urlopen(response["Location"]) as answer:
        assert answer.read() == PDF


def test_a_file_of_a_message_too(browser, server, user, settings):
    settings.ATTACHMENT_SIGNED_DOWNLOADS = True
    message = arrive(connect(user.pro, "telegram"), "Look", files=(File("run.exe", b"MZ"),))
    file = message.files.get()
    response = browser.get(f"/inbox/messages/{message.contact_id}/files/{file.pk}")
    asked = parse_qs(urlsplit(response["Location"]).query)
    assert asked["response-content-type"] == ["application/octet-stream"]
    assert asked["response-content-disposition"] == ['attachment; filename="run.exe"']


def test_without_the_setting_or_a_bucket_files_come_from_here(browser, attachment, settings):
    assert browser.get(path_of(attachment)).getvalue() == PDF
    settings.ATTACHMENT_SIGNED_DOWNLOADS = True
    local = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": settings.VAR_DIR / "a"}}
    settings.STORAGES = {**settings.STORAGES, "attachments": local}
    here = attach(InquiryFactory(pro=attachment.inquiry.pro), ContentFile(PDF), NAME, uploaded_by=9)
    response = browser.get(path_of(here))
    assert (response.status_code, response.getvalue()) == (200, PDF)


def test_nobody_else_gets_an_address(other_browser, nobody, attachment, settings):
    settings.ATTACHMENT_SIGNED_DOWNLOADS = True
    assert other_browser.get(path_of(attachment)).status_code == 404
    assert nobody.get(path_of(attachment))["Location"].startswith("/sign-in?next=")


def test_the_api_serves_it_itself_as_documented(api, attachment, settings):
    settings.ATTACHMENT_SIGNED_DOWNLOADS = True
    response = api.get(f"/api/inquiries/{attachment.inquiry_id}/attachments/{attachment.pk}/download?user_id=456")
    assert (response.status_code, response.getvalue()) == (200, PDF)


def test_an_address_that_cannot_be_signed_is_said(browser, attachment, settings, monkeypatch):
    settings.ATTACHMENT_SIGNED_DOWNLOADS = True

    def fail(*_args, **_options):
        raise RuntimeError("no credentials")

    monkeypatch.setattr(bucket.BucketStorage, "url", fail)
    response = browser.get(path_of(attachment), follow=True)
    assert "The file cannot be fetched at the moment" in response.content.decode()
