"""Hostile files are refused wherever a document is stored, and never shown where everything is kept."""

import pytest
from django import forms
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import models

from config.accounts.forms import IdentityForm
from config.accounts.models import IdentityDocument
from config.files.validation import check_file
from contact_requests.admin import PictureForm
from contact_requests.importing.forms import UploadForm as PropertyUploadForm
from contact_requests.importing.jobs import detect_kind, read_content
from contact_requests.models import PropertyPicture
from contact_requests.pictures import add_picture
from contact_requests.property_forms import PicturesForm
from contacts.channels.message import File
from contacts.importing.forms import UploadForm
from contacts.models import MessageFile

from .. import sample_files
from ..accounts import conftest as accounts
from ..contacts import messaging
from ..contacts.conversations.pages import messages_path
from ..factories import PropertyFactory
from ..inquiries import conftest as inquiries
from ..inquiries import uploads
from ..inquiries.uploads import form, post, refusal, state, unprocessable
from .hostile_files import HOSTILE

gated, letterbox = accounts.gated, messaging.letterbox
inquiry, inquiry_type, path, files = inquiries.inquiry, inquiries.inquiry_type, uploads.path, uploads.files
EVERYTHING = {**sample_files.HOSTILE, **HOSTILE}


def test_hostile_file_is_refused(subtests):
    for label, (name, content) in HOSTILE.items():
        with subtests.test(label):
            with pytest.raises(ValidationError) as error:
                check_file(ContentFile(content), name)
            assert error.value.code == "kind"


@pytest.mark.django_db
def test_none_is_stored_as_an_attachment(api, path, files, case):
    for label, (name, content) in HOSTILE.items():
        with case(label):
            assert refusal(post(api, path, form(content, name))) == unprocessable(file=[uploads.REFUSED])
            assert (files(), *state()) == ([], [], [])


@pytest.mark.django_db
def test_none_is_stored_as_an_identity_document(browser, gated, media, case):
    for label, (name, content) in EVERYTHING.items():
        with case(label):
            response = browser.post("/settings/identity", {"file": SimpleUploadedFile(name or "a", content)})
            assert response.status_code == (413 if len(content) > 12 * sample_files.MIB else 422)
            assert not IdentityDocument.objects.exists()
            assert [path for path in media.rglob("*") if path.is_file()] == []


@pytest.mark.django_db
def test_none_is_shown_as_a_picture_of_a_property(pro, attachment_folder, case):
    house = PropertyFactory(pro=pro)
    for label, (name, content) in EVERYTHING.items():
        with case(label):
            before = list(attachment_folder.rglob("*"))
            try:
                picture = add_picture(house, content, filename=name)
            except ValidationError:
                assert (PropertyPicture.objects.count(), list(attachment_folder.rglob("*"))) == (0, before)
            else:
                # One that can be decoded is written anew, without anything beside its pixels.
                kept = picture.open().read()
                assert (picture.mime_type, kept[:4]) == ("image/webp", b"RIFF")
                assert not any(mark in kept for mark in (b"script", b"alert", b"%PDF", b"PK"))


@pytest.mark.django_db
def test_messages_keep_all_as_downloads_alone(browser, letterbox, case):
    for label, (name, content) in HOSTILE.items():
        with case(label):
            mail = messaging.arrive(letterbox, files=(File(name, content),))
            file = MessageFile.objects.get()
            response = browser.get(f"{messages_path(mail.contact)}/files/{file.pk}")
            assert (response.status_code, b"".join(response)) == (200, content)
            assert response["Content-Disposition"].startswith("attachment;")
            assert response["Content-Security-Policy"] == "sandbox; default-src 'none'; frame-ancestors 'none'"
            assert (response["X-Content-Type-Options"], file.thumbnail_key, file.is_playable) == ("nosniff", "", False)


def test_none_is_a_file_of_properties(subtests):
    for label, (_name, content) in EVERYTHING.items():
        with subtests.test(label):
            reading = read_content(content, kind := detect_kind(content), "en")
            # Text of any kind may be read as CSV, and is shown as text.
            assert bool(reading.error) != bool(reading.rows) or (kind, reading.rows) == ("csv", [])
            assert kind == "csv" or reading.error == "This is no OpenImmo file that can be read."


def test_every_field_of_a_file_is_known():
    """A new form or table with files is to use the judge, and to be tried above."""
    fields = {(form, name) for form in _subclasses(forms.BaseForm) for name, field in _fields(form) if _is_file(field)}
    assert {form for form, _name in fields} == {
        *(IdentityForm, PictureForm, PicturesForm, UploadForm, PropertyUploadForm)
    }
    columns = {(model, field.name) for model in apps.get_models() for field in model._meta.fields if _is_column(field)}
    assert columns == {(IdentityDocument, "file")}


def _subclasses(kind: type) -> set[type]:
    return {kind, *(each for child in kind.__subclasses__() for each in _subclasses(child))}


def _fields(form: type) -> list[tuple[str, forms.Field]]:
    return list(getattr(form, "base_fields", {}).items())


def _is_file(field: forms.Field) -> bool:
    return isinstance(field, forms.FileField)


def _is_column(field: models.Field) -> bool:
    return isinstance(field, models.FileField)
