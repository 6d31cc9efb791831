"""Uploads of attachments by API."""

from datetime import UTC, datetime

import pytest
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from config.files.models import LooseFile
from inquiries.models import Attachment
from tests.sample_files import PDF

OWNER, CREATOR, COLLEAGUE, STRANGER = 456, 789, 1001, 1002


WHEN = datetime(2026, 4, 16, 10, 30, tzinfo=UTC)


REFUSED = "Choose a PDF, JPEG, PNG, GIF, WebP, Word, Excel or text file without macros; name and content must agree."


@pytest.fixture
def path(inquiry):
    return f"/api/inquiries/{inquiry.pk}/attachments"


@pytest.fixture
def files(attachment_folder):
    """Returns the contents of the stored files."""
    return lambda: sorted(file.read_bytes() for file in attachment_folder.rglob("*") if file.is_file())


def form(content=PDF, name="plan.pdf", **fields):
    """An encoded multipart form; the file name is sent as it is."""
    body = encode_multipart(BOUNDARY, {"user_id": OWNER, **fields})
    if content is None:
        return body
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
    part = head.encode() + b"Content-Type: text/html\r\n\r\n" + content + b"\r\n"
    return part + body


def post(api, path, body, content_type=MULTIPART_CONTENT, **headers):
    return api.send("POST", path, body, content_type, **headers)


def refusal(response):
    return response.status_code, response.json()


def unprocessable(**errors):
    text = "; ".join(f"{field}: {' '.join(messages)}" for field, messages in errors.items())
    return 422, {"success": False, "message": "Validation failed", "error": text, "errors": errors}


def state():
    return list(Attachment.objects.values()), list(LooseFile.objects.values())
