"""Attachments by API: access, storing, serving."""

import hashlib
from datetime import UTC, datetime

import pytest
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.test.utils import CaptureQueriesContext

from config.api.models import IdempotencyKey
from config.files.models import LooseFile
from inquiries import attachments
from inquiries.attachments import attach
from inquiries.models import Attachment
from tests.factories import InquiryFactory, UserFactory
from tests.sample_files import GOOD, HOSTILE, MIB, PDF

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
        "Content-Security-Policy": "sandbox; default-src 'none'",
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


# --- Who may


def calls(api, path, number, user_id):
    return [
        api.get(path, user_id=user_id).status_code,
        post(api, path, form(user_id=user_id)).status_code,
        api.get(f"{path}/{number}/download", user_id=user_id).status_code,
        api.delete(f"{path}/{number}?user_id={user_id}").status_code,
    ]


@pytest.mark.parametrize("user_id", [OWNER, CREATOR, COLLEAGUE])
def test_the_owner_the_creator_and_the_pros_people_may(api, path, pro, user_id):
    UserFactory(pro=pro, userhub_id=COLLEAGUE)
    number = post(api, path, form()).json()["data"]["id"]
    assert calls(api, path, number, user_id) == [200, 201, 200, 200]


@pytest.mark.parametrize("who", ["a stranger", "another Pro's", "a former colleague"])
def test_nobody_else_may(api, path, pro, files, who):
    if who != "a stranger":
        more = {"pro": pro, "is_active": False} if who == "a former colleague" else {}
        UserFactory(userhub_id=STRANGER, **more)
    number = post(api, path, form()).json()["data"]["id"]
    before = state()
    assert calls(api, path, number, STRANGER) == [403, 403, 403, 403]
    assert refusal(api.get(path, user_id=STRANGER)) == (
        403,
        {"success": False, "message": "Forbidden", "error": "This is not open to the caller."},
    )
    assert (state(), files()) == (before, [PDF])


def test_an_attachment_of_another_inquiry_is_not_found(api, path, inquiry):
    other = InquiryFactory(pro=inquiry.pro, inquiry_type=inquiry.inquiry_type)
    number = attach(other, SimpleUploadedFile("a.pdf", PDF), "a.pdf", uploaded_by=None).pk
    assert calls(api, path, number, OWNER) == [200, 201, 404, 404]


@pytest.mark.parametrize("number", [2**31, 2**63 - 1, 2**63, 2**80])
def test_a_number_beyond_all_is_not_found(api, path, number):
    assert calls(api, path, number, OWNER)[2:] == [404, 404]
    assert calls(api, f"/api/inquiries/{number}/attachments", 1, OWNER) == [404] * 4


@pytest.mark.parametrize("user_id", ["", "x", "0", "-1", "1.5", "1e3", str(2**63), str(2**80), "\x00", "null"])
def test_a_malformed_user_id_is_refused(api, path, user_id, files):
    answers = [
        api.get(path, user_id=user_id),
        post(api, path, form(user_id=user_id)),
        api.get(f"{path}/1/download", user_id=user_id),
        api.client.delete(f"{path}/1", query_params={"user_id": user_id}, headers=api.headers),
    ]
    assert [(a.status_code, list(a.json()["errors"])) for a in answers] == [(422, ["user_id"])] * 4
    assert (state(), files()) == (([], []), [])


def test_without_a_user_nothing_is_told(api, path):
    missing = unprocessable(user_id=["This field is required."])
    assert refusal(api.get(path)) == missing
    assert refusal(api.get(f"{path}/1/download")) == missing
    assert refusal(api.delete(f"{path}/1")) == missing
    body = form().replace(b'name="user_id"', b'name="uploaded_by"')
    assert refusal(post(api, path, body)) == missing


# --- What is refused


# Django cuts a longer name before anybody sees it.
@pytest.mark.parametrize("what", [what for what in HOSTILE if what != "a name that is too long"])
def test_a_hostile_file_leaves_nothing(api, path, files, what):
    name, content = HOSTILE[what]
    response = post(api, path, form(content, name))
    assert response.status_code == (413 if len(content) > 11 * MIB else 422), response.content
    assert response.json()["success"] is False
    assert (state(), files()) == (([], []), [])


def test_a_refusal_says_what_is_wanted(api, path):
    assert refusal(post(api, path, form(b"MZ", "a.pdf"))) == unprocessable(file=[REFUSED])


@pytest.mark.parametrize(("size", "status"), [(10 * MIB - 1, 201), (10 * MIB, 201), (10 * MIB + 1, 422)])
def test_ten_megabytes_are_exactly_that(api, path, files, size, status):
    response = post(api, path, form(b"x" * size, "a.txt"))
    assert (response.status_code, list(map(len, files()))) == (status, [size] if status == 201 else [])


def test_a_request_that_is_too_large_is_told_so_in_the_dialect(api, path):
    response = post(api, path, form(b"x" * (11 * MIB), "a.txt"))
    assert refusal(response) == (
        413,
        {"success": False, "message": "Payload too large", "error": "The request is too large."},
    )


def test_without_a_file(api, path):
    assert refusal(post(api, path, form(None))) == unprocessable(file=["Send a file."])
    response = post(api, path, form(None, file="no file"))
    assert (response.status_code, list(response.json()["errors"])) == (422, ["file"])


def test_with_two_files(api, path, files):
    body = encode_multipart(
        BOUNDARY, {"user_id": OWNER, "file": [SimpleUploadedFile(f"{n}.pdf", PDF) for n in range(2)]}
    )
    assert refusal(post(api, path, body)) == unprocessable(file=["Send one file, as file."])
    body = encode_multipart(BOUNDARY, {"user_id": OWNER, "other": SimpleUploadedFile("a.pdf", PDF)})
    assert refusal(post(api, path, body)) == unprocessable(file=["Send one file, as file."])
    assert files() == []


def test_an_unknown_field_is_refused_by_name(api, path, files):
    assert refusal(post(api, path, form(name="a.pdf", email="a@example.com"))) == unprocessable(
        email=["This field is not known here."]
    )
    assert (state(), files()) == (([], []), [])


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "", "multipart/mixed; boundary=x"])
def test_another_content_type(api, path, content_type):
    response = post(api, path, form(), content_type)
    assert (response.status_code, response.json()["message"]) == (415, "Unsupported media type")


@pytest.mark.parametrize("more", ["", "; boundary=é", "; x=y"])
def test_a_form_without_a_boundary_is_not_readable(api, path, more):
    response = post(api, path, form(), f"multipart/form-data{more}")
    assert (response.status_code, response.json()["message"]) == (400, "Unreadable request")
    # Of what is sent, and not of the page that Django would have shown: a caller would wait for the rest of that.
    assert response.headers.get("Content-Length") in (None, str(len(response.content)))


@pytest.mark.parametrize("body", [b"nonsense", f"--{BOUNDARY}".encode(), form()[:60], form()[:200]])
def test_a_broken_form_stores_nothing(api, path, files, body):
    assert post(api, path, body).status_code in (400, 422)
    assert (state(), files()) == (([], []), [])


def test_many_fields(api, path):
    body = form(**{f"f{n}": "x" for n in range(1100)})
    assert post(api, path, body).status_code == 400
    assert post(api, path, form(user_id="9" * (3 * MIB))).status_code == 422
    assert post(api, path, form(user_id="9" * (11 * MIB))).status_code == 413


def test_fifty_are_enough(api, path, inquiry, files, monkeypatch):
    monkeypatch.setattr(attachments, "MAX_FILES", 2)
    answers = [post(api, path, form()) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 422]
    text = "An inquiry may have 2 attachments. Delete one first."
    assert refusal(answers[2]) == unprocessable(file=[text])
    assert (len(files()), LooseFile.objects.count()) == (2, 0)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_are_not_one_too_many(api, path, at_once, files, monkeypatch):
    monkeypatch.setattr(attachments, "MAX_FILES", 3)
    statuses = at_once(6, lambda n: post(type(api)(api.headers["Authorization"][7:]), path, form()).status_code)
    assert sorted(statuses) == [201, 201, 201, 422, 422, 422]
    assert (len(files()), Attachment.objects.count(), LooseFile.objects.count()) == (3, 3, 0)


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


def test_without_a_key_nothing_is_read_to_be_compared(api, path, monkeypatch):
    monkeypatch.setattr("config.api.idempotency.digest_form", None)
    assert post(api, path, form()).status_code == 201


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
    assert api.get(f"{path}/{number}/download", user_id=OWNER).status_code == 404


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

    monkeypatch.setattr("inquiries.api.attachments.to_body", fail)
    assert post(api, path, form(), **{"Idempotency-Key": "k"}).status_code == 500
    assert (state(), files()) == (([], []), [])
