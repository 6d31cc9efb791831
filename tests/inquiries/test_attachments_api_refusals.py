"""Attachments by API: access, refused uploads, limits."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, encode_multipart

from config.files.models import LooseFile
from inquiries import attachments
from inquiries.attachments import attach
from inquiries.models import Attachment
from tests.factories import InquiryFactory, UserFactory
from tests.sample_files import HOSTILE, MIB, PDF

from . import uploads
from .uploads import COLLEAGUE, CREATOR, OWNER, REFUSED, STRANGER, form, post, refusal, state, unprocessable

path = uploads.path
files = uploads.files


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


def test_many_fields(api, path, files):
    body = form(**{f"f{n}": "x" for n in range(1100)})
    unreadable = "The body is not readable as multipart/form-data."
    assert refusal(post(api, path, body)) == (
        400,
        {"success": False, "message": "Unreadable request", "error": unreadable},
    )
    assert refusal(post(api, path, form(user_id="9" * (3 * MIB)))) == unprocessable(
        user_id=["Integer value out of range"]
    )
    assert refusal(post(api, path, form(user_id="9" * (11 * MIB)))) == (
        413,
        {"success": False, "message": "Payload too large", "error": "The request is too large."},
    )
    assert (state(), files()) == (([], []), [])


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
