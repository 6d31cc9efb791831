"""Attachments by API: access, storing, serving."""

import hashlib
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.client import BOUNDARY
from django.test.utils import CaptureQueriesContext

from config.api.models import IdempotencyKey
from config.files.models import LooseFile
from inquiries import attachments
from inquiries.attachments import attach
from inquiries.models import Attachment
from tests.factories import InquiryFactory
from tests.sample_files import GOOD, PDF

from . import uploads
from .uploads import CREATOR, OWNER, STRANGER, form, post, refusal, state

path = uploads.path
files = uploads.files


def test_an_upload(api, path, inquiry, files):
    response = post(api, path, form(uploaded_by=CREATOR))
    row = Attachment.objects.get()
    assert (response.status_code, response.json()) == (
        201,
        {
            "success": True,
            "message": "Attachment uploaded successfully",
            "data": {
                "id": row.pk,
                "inquiry_id": inquiry.pk,
                "filename": "plan.pdf",
                "mime_type": "application/pdf",
                "size": len(PDF),
                "uploaded_by": CREATOR,
                "created_at": row.created_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
                "download_url": f"http://testserver{path}/{row.pk}/download?user_id={OWNER}",
            },
        },
    )
    assert response["Location"] == f"{path}/{row.pk}/download"
    assert (row.sha256, row.inquiry, len(row.key)) == (hashlib.sha256(PDF).hexdigest(), inquiry, 32)
    assert (files(), LooseFile.objects.count()) == ([PDF], 0)


def test_uploaded_by_defaults_to_the_asking_user(api, path):
    assert post(api, path, form()).json()["data"]["uploaded_by"] == OWNER


def test_the_user_may_stand_in_the_address(api, path):
    body = form().replace(b'name="user_id"', b'name="uploaded_by"')
    data = post(api, f"{path}?user_id={CREATOR}", body).json()["data"]
    assert (data["uploaded_by"], data["download_url"].endswith(f"?user_id={CREATOR}")) == (OWNER, True)


@pytest.mark.parametrize("name", GOOD)
def test_every_file_type_can_be_uploaded_and_downloaded(api, path, name):
    content, mime_type = GOOD[name]
    data = post(api, path, form(content, name)).json()["data"]
    assert (data["filename"], data["mime_type"], data["size"]) == (name, mime_type, len(content))
    response = api.client.get(data["download_url"], headers=api.headers)
    assert (response.status_code, b"".join(response)) == (200, content)


def test_a_download_is_never_shown_and_never_sniffed(api, path):
    data = post(api, path, form(name="plan d’été.pdf")).json()["data"]
    response = api.client.get(data["download_url"], headers=api.headers)
    wanted = {
        "Content-Type": "application/pdf",
        "Content-Length": str(len(PDF)),
        "Content-Disposition": "attachment; filename*=utf-8''plan%20d%E2%80%99%C3%A9t%C3%A9.pdf",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
        "Cache-Control": "private, no-store",
    }
    assert {name: response.headers.get(name) for name in wanted} == wanted
    assert (response.streaming, b"".join(response)) == (True, PDF)


def test_the_list_is_oldest_first(api, path, inquiry):
    names = ["b.pdf", "a.pdf"]
    rows = [post(api, path, form(name=name)).json()["data"] for name in names]
    attach(InquiryFactory(pro=inquiry.pro), SimpleUploadedFile("other.pdf", PDF), "other.pdf", uploaded_by=None)
    response = api.get(path, user_id=OWNER)
    assert (response.status_code, response.json()) == (200, {"success": True, "data": rows})


def test_the_list_asks_as_much_for_fifty_as_for_one(api, path):
    def asked():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert api.get(path, user_id=OWNER).status_code == 200
        return len(queries)

    post(api, path, form())
    api.get(path, user_id=OWNER)
    one = asked()
    row = Attachment.objects.values("inquiry_id", "filename", "mime_type", "size", "sha256").get()
    Attachment.objects.bulk_create(Attachment(**row, key=str(number)) for number in range(49))
    assert (asked(), len(api.get(path, user_id=OWNER).json()["data"])) == (one, 50)


def test_a_delete_takes_the_file_along(api, path, files, django_capture_on_commit_callbacks):
    data = post(api, path, form()).json()["data"]
    one = f"{path}/{data['id']}?user_id={OWNER}"
    with django_capture_on_commit_callbacks(execute=True):
        response = api.delete(one)
    assert (response.status_code, response.json()) == (
        200,
        {"success": True, "message": "Attachment deleted successfully"},
    )
    assert (state(), files()) == (([], []), [])
    assert api.delete(one).status_code == 404
    assert api.client.get(data["download_url"], headers=api.headers).status_code == 404


@pytest.mark.parametrize("user_id", [OWNER, str(OWNER)])
def test_a_delete_takes_the_user_from_its_body_too(api, path, files, django_capture_on_commit_callbacks, user_id):
    one = f"{path}/{post(api, path, form()).json()['data']['id']}"
    # The body goes before the query.
    refused = api.send("DELETE", f"{one}?user_id={OWNER}", {"user_id": STRANGER})
    assert (refused.status_code, files()) == (403, [PDF])
    for body in ("{", "[]", '{"user_id": 1, "user_id": 2}'):
        assert api.send("DELETE", one, body).status_code == 400
    for wrong in ({"user_id": "x"}, {"user_id": 0}, {"user_id": None}, {"user_id": "\0"}, {}):
        assert list(api.send("DELETE", one, wrong).json()["errors"]) == ["user_id"]
    with django_capture_on_commit_callbacks(execute=True):
        assert api.send("DELETE", one, {"user_id": user_id}).status_code == 200
    assert files() == []


# --- Sent again


def test_the_same_key_attaches_once(api, path, files):
    first = post(api, path, form(), **{"Idempotency-Key": "k"})
    # A program that sends it again makes another boundary.
    body = form().replace(BOUNDARY.encode(), b"another")
    again = post(api, path, body, "multipart/form-data; boundary=another", **{"Idempotency-Key": "k"})
    assert (again.status_code, again.content, again["Location"]) == (201, first.content, first["Location"])
    assert again["Idempotency-Replayed"] == "true"
    assert (Attachment.objects.count(), files(), LooseFile.objects.count()) == (1, [PDF], 0)


@pytest.mark.parametrize("change", [{"name": "other.pdf"}, {"content": PDF + b"\n"}, {"uploaded_by": 7}])
def test_the_same_key_with_another_form_is_refused(api, path, files, change):
    post(api, path, form(), **{"Idempotency-Key": "k"})
    response = post(api, path, form(**change), **{"Idempotency-Key": "k"})
    assert (response.status_code, response.json()["message"]) == (422, "Idempotency key mismatch")
    assert (Attachment.objects.count(), files(), LooseFile.objects.count()) == (1, [PDF], 0)


def test_the_same_key_is_not_answered_to_somebody_else_in_the_address(api, path, files):
    body = form().replace(b'name="user_id"', b'name="uploaded_by"')
    sent = [post(api, f"{path}?user_id={user}", body, **{"Idempotency-Key": "k"}) for user in (OWNER, STRANGER, OWNER)]
    assert [(r.status_code, r.json()["message"]) for r in sent] == [
        (201, "Attachment uploaded successfully"),
        (422, "Idempotency key mismatch"),
        (201, "Attachment uploaded successfully"),
    ]
    assert (sent[2].content, Attachment.objects.count(), files()) == (sent[0].content, 1, [PDF])


def test_without_a_key_nothing_is_read_to_be_compared(api, path, files, monkeypatch):
    monkeypatch.setattr("config.api.idempotency.digest_form", None)
    response = post(api, path, form())
    assert (response.status_code, response.json()["data"]["id"]) == (201, Attachment.objects.get().pk)
    assert (files(), IdempotencyKey.objects.count()) == ([PDF], 0)


def test_a_refused_upload_is_not_stored(api, path):
    key = {"Idempotency-Key": "k"}
    assert [post(api, path, body, **key).status_code for body in (form(b"MZ"), form(user_id=STRANGER), form())] == [
        422,
        403,
        201,
    ]
    assert IdempotencyKey.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_key_at_once_attaches_once(api, path, files, at_once):
    def send(number):
        return post(type(api)(api.headers["Authorization"][7:]), path, form(), **{"Idempotency-Key": "k"}).status_code

    assert set(at_once(6, send)) <= {201, 409}
    assert (Attachment.objects.count(), files(), LooseFile.objects.count()) == (1, [PDF], 0)


# --- What fails


def broken(*args, **more):
    raise OSError(5, "Input/output error")


DOWN = {
    "success": False,
    "message": "Service unavailable",
    "error": "The storage of attachments does not answer. Try again.",
}


def test_an_unavailable_storage_is_reported(api, path, files, monkeypatch):
    number = post(api, path, form()).json()["data"]["id"]
    before = state()
    monkeypatch.setattr(FileSystemStorage, "_save", broken)
    monkeypatch.setattr(FileSystemStorage, "_open", broken)
    for response in (
        post(api, path, form()),
        post(api, path, form(), **{"Idempotency-Key": "k"}),
        api.get(f"{path}/{number}/download", user_id=OWNER),
    ):
        assert (refusal(response), response["Retry-After"]) == ((503, DOWN), "10")
    assert (state(), files()) == (before, [PDF])


def test_a_file_that_is_gone_is_not_found(api, path, attachment_folder):
    number = post(api, path, form()).json()["data"]["id"]
    attachment_folder.joinpath(Attachment.objects.get().key).unlink()
    assert refusal(api.get(f"{path}/{number}/download", user_id=OWNER)) == (
        404,
        {"success": False, "message": "Not found", "error": "There is nothing here under this id."},
    )


@pytest.mark.parametrize("key", [{}, {"Idempotency-Key": "k"}])
def test_rows_that_cannot_be_written_leave_no_file(api, path, files, monkeypatch, key):
    def fail(*args, **more):
        raise RuntimeError("a fault")

    monkeypatch.setattr(Attachment.objects, "create", fail)
    monkeypatch.setattr(attachments.Attachment.objects, "create", fail)
    assert post(api, path, form(), **key).status_code == 500
    assert (state(), files()) == (([], []), [])


def test_an_answer_that_cannot_be_made_leaves_no_file_with_a_key(api, path, files, monkeypatch):
    """The row, the key and the answer are one transaction."""

    def fail(*args, **more):
        raise RuntimeError("a fault")

    monkeypatch.setattr("inquiries.api.attachments.to_attachment_body", fail)
    assert post(api, path, form(), **{"Idempotency-Key": "k"}).status_code == 500
    assert (state(), files()) == (([], []), [])


def test_a_full_temporary_disk_is_said(api, path, monkeypatch):
    def open_on_full_disk(**_options):
        return Path("/dev/full").open("wb", buffering=0)

    # Uploads beyond 2.5 MB are kept there while they are read.
    monkeypatch.setattr("django.core.files.uploadedfile.tempfile.NamedTemporaryFile", open_on_full_disk)
    response = post(api, path, form(PDF + b"0" * 3 * 1024 * 1024))
    text = "The disk of the server is full. Try again later."
    body = {"success": False, "message": "Service unavailable", "error": text}
    assert (response.status_code, response.json(), response["Retry-After"]) == (503, body, "10")
    assert (Attachment.objects.count(), LooseFile.objects.count()) == (0, 0)


def test_a_full_disk_is_said_and_leaves_no_row(api, path, monkeypatch):
    def write_to_full_disk(_storage, _name, content):
        with Path("/dev/full").open("wb", buffering=0) as file:
            file.write(content.read())

    monkeypatch.setattr("django.core.files.storage.FileSystemStorage._save", write_to_full_disk)
    response = post(api, path, form())
    text = "The storage of attachments is full. Try again later."
    body = {"success": False, "message": "Service unavailable", "error": text}
    assert (response.status_code, response.json(), response["Retry-After"]) == (503, body, "10")
    assert (Attachment.objects.count(), LooseFile.objects.count()) == (0, 0)
