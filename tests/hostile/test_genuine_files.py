"""Genuine files are accepted, as what they are, and come back as they were sent."""

import hashlib

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile

from config.accounts.models import IdentityDocument
from config.files.thumbnails import draw_thumbnail
from config.files.validation import FileInfo, check_file
from contacts.channels.message import File
from contacts.models import MessageFile
from inquiries.models import Attachment

from ..accounts import conftest as accounts
from ..contacts import messaging
from ..contacts.conversations.pages import messages_path
from ..inquiries import conftest as inquiries
from ..inquiries import uploads
from ..inquiries.uploads import form, post
from .genuine_files import GENUINE, JPEGS, OTHERS

gated, letterbox = accounts.gated, messaging.letterbox
inquiry, inquiry_type, path = inquiries.inquiry, inquiries.inquiry_type, uploads.path


def test_genuine_file_is_accepted(subtests):
    assert len(GENUINE) >= 40
    for name, (content, mime_type) in GENUINE.items():
        with subtests.test(name):
            digest = hashlib.sha256(content).hexdigest()
            assert check_file(ContentFile(content), name) == FileInfo(name, mime_type, len(content), digest)


def test_pictures_of_cameras_are_drawn(subtests):
    for name, content in JPEGS.items():
        with subtests.test(name):
            assert (draw_thumbnail(content) is None) == (name == "of 200 million pixels")


@pytest.mark.django_db
def test_each_is_attached_and_downloaded(api, path, case):
    for name, (content, mime_type) in GENUINE.items():
        with case(name):
            response = post(api, path, form(content, name))
            assert (response.status_code, Attachment.objects.get().mime_type) == (201, mime_type)
            download = api.client.get(response.json()["data"]["download_url"], headers=api.headers)
            assert (download.status_code, b"".join(download)) == (200, content)


@pytest.mark.django_db
def test_identity_documents_are_accepted(browser, gated, case):
    for name, (content, mime_type) in GENUINE.items():
        with case(name):
            is_accepted = mime_type in ("application/pdf", "image/jpeg", "image/png")
            response = browser.post("/settings/identity", {"file": SimpleUploadedFile(name, content)})
            assert response.status_code == (302 if is_accepted else 422)
            rows = list(IdentityDocument.objects.values_list("filename", "content_type", "size"))
            assert rows == ([(name, mime_type, len(content))] if is_accepted else [])


@pytest.mark.django_db
def test_messages_keep_every_kind(browser, letterbox, case):
    contents = {name: content for name, (content, _mime_type) in GENUINE.items()} | OTHERS
    for name, content in contents.items():
        with case(name):
            mail = messaging.arrive(letterbox, files=(File(name, content),))
            file = MessageFile.objects.get()
            response = browser.get(f"{messages_path(mail.contact)}/files/{file.pk}")
            assert (file.filename, b"".join(response), file.is_risky) == (name, content, False)
