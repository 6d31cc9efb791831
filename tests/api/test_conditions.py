"""ETag, If-None-Match and If-Match: what is known is not sent again, and what was not seen is not overwritten."""

import threading

import pytest
from django.db import connections

from contacts.models import Contact
from inquiries.models import Inquiry

from ..conftest import Api
from ..factories import ContactFactory, InquiryFactory, PropertyFactory, RequestFactory, make_token

MESSAGE = "This was changed since it was read. Read it again."
CODES = {"contacts": "precondition_failed", "requests": "PRECONDITION_FAILED"}


@pytest.fixture
def single(pro):
    """Single reads by name, each with a change of it: (address, method, address of the change, body)."""
    contact, inquiry = ContactFactory(pro=pro), InquiryFactory(pro=pro)
    request = RequestFactory(property=PropertyFactory(pro=pro))
    contact_path, request_path = f"/api/v1/contacts/{contact.pk}", f"/pro/contact-requests/{request.pk}"
    inquiry_path = f"/api/inquiries/{inquiry.pk}"
    move = {"action": "close", "note": "Done."}
    return {
        "contacts": (contact_path, "PATCH", contact_path, {"role": "tenant"}),
        "requests": (request_path, "PUT", request_path, {"status": "read"}),
        "inquiries": (inquiry_path, "POST", f"{inquiry_path}/action", move),
    }


@pytest.mark.django_db
class TestOneCaller:
    @pytest.mark.parametrize("name", ["contacts", "requests", "inquiries"])
    def test_what_is_known_is_not_sent_again(self, api, single, name):
        path, method, change_path, body = single[name]
        first = api.get(path)
        etag = first["ETag"]
        for known in (etag, f'"other", W/{etag}', "*"):
            same = api.send("GET", path, "", **{"If-None-Match": known})
            assert (same.status_code, same.content, same["ETag"]) == (304, b"", etag)
            assert same["Cache-Control"] == "private, no-store"
        other = api.send("GET", path, "", **{"If-None-Match": '"other"'})
        assert (other.status_code, other.json(), other["ETag"]) == (200, first.json(), etag)
        assert api.send(method, change_path, body).status_code == 200
        changed = api.send("GET", path, "", **{"If-None-Match": etag})
        assert changed.status_code == 200 and changed["ETag"] != etag

    @pytest.mark.parametrize("name", ["contacts", "requests", "inquiries"])
    def test_a_change_of_what_was_read_goes_through_once(self, api, single, name):
        path, method, change_path, body = single[name]
        read = api.get(path)
        etag = read["ETag"]
        refused = api.send(method, change_path, body, **{"If-Match": '"other"'})
        assert refused.status_code == 412
        if name == "inquiries":
            assert refused.json() == {"success": False, "message": "Precondition failed", "error": MESSAGE}
        else:
            assert refused.json() == {"error": {"code": CODES[name], "message": MESSAGE}}
        assert api.get(path).json() == read.json()
        assert api.send(method, change_path, body, **{"If-Match": f'"other", {etag}'}).status_code == 200
        assert api.send(method, change_path, body, **{"If-Match": etag}).status_code == 412
        assert api.send(method, change_path, body, **{"If-Match": f"W/{etag}"}).status_code == 412

    def test_the_answer_to_a_change_has_the_etag_of_the_next_read(self, api, single):
        for name in ("contacts", "requests"):
            path, method, change_path, body = single[name]
            changed = api.send(method, change_path, body, **{"If-Match": "*"})
            assert changed["ETag"] == api.get(path)["ETag"]

    def test_a_contact_is_deleted_as_it_was_read(self, api, pro):
        path = f"/api/v1/contacts/{ContactFactory(pro=pro).pk}"
        etag = api.get(path)["ETag"]
        assert api.patch(path, {"role": "tenant"}).status_code == 200
        assert api.send("DELETE", path, "", **{"If-Match": etag}).status_code == 412
        assert api.get(path).status_code == 200
        assert api.send("DELETE", path, "", **{"If-Match": api.get(path)["ETag"]}).status_code == 204
        assert api.send("DELETE", path, "", **{"If-Match": "*"}).status_code == 404

    def test_another_pros_row_is_not_found_whatever_is_sent(self, other_api, single):
        for path, method, change_path, body in single.values():
            for etag in ("*", '"other"'):
                assert other_api.send(method, change_path, body, **{"If-Match": etag}).status_code == 404
                assert other_api.send("GET", path, "", **{"If-None-Match": etag}).status_code == 404

    def test_lists_and_errors_have_no_etag(self, api, single):
        assert "ETag" not in api.get("/api/v1/contacts")
        assert "ETag" not in api.get("/api/v1/contacts/0")


@pytest.mark.django_db(transaction=True)
def test_of_changes_at_once_that_read_the_same_one_goes_through(pro):
    contact, inquiry = ContactFactory(pro=pro), InquiryFactory(pro=pro)
    programs = [Api(make_token(pro)) for _ in range(6)]
    names = [{"name": f"N {number}"} for number in range(6)]
    for path, method, change_path, bodies in (
        (
            f"/api/v1/contacts/{contact.pk}",
            "PATCH",
            f"/api/v1/contacts/{contact.pk}",
            names,
        ),
        (f"/api/inquiries/{inquiry.pk}", "POST", f"/api/inquiries/{inquiry.pk}/action", [{"action": "close"}] * 6),
    ):
        etag, statuses = programs[0].get(path)["ETag"], []

        def change(program, body, method=method, change_path=change_path, etag=etag, statuses=statuses):
            statuses.append(program.send(method, change_path, body, **{"If-Match": etag}).status_code)
            connections.close_all()

        threads = [threading.Thread(target=change, args=each) for each in zip(programs, bodies, strict=True)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(statuses) == [200, *[412] * 5]
    assert Contact.objects.get(pk=contact.pk).name.startswith("N ")
    assert Inquiry.objects.get(pk=inquiry.pk).status == "closed"
