"""Ids of other systems as text in JSON: some programs keep them so, and JavaScript cannot write the largest."""

import pytest

from inquiries.models import FilterOption, Inquiry

from ..factories import InquiryFactory
from . import hub as hubs

pytestmark = pytest.mark.django_db
hub = hubs.hub
BODY = {"subject": "A roof", "message": "It leaks."}


def test_a_submission_takes_them_like_numbers(api, hub):
    hub.say({"name": "Jan de Vries", "email": "jan@example.org"})
    option = FilterOption.objects.create(group="Region", label="North")
    given = {"user_id": "123", "created_by": str(2**63 - 1), "filter_option_ids": [str(option.pk), option.pk]}
    assert api.post("/api/inquiries", {**BODY, **given}).status_code == 201
    inquiry = Inquiry.objects.get()
    assert (inquiry.user_id, inquiry.created_by, list(inquiry.filter_options.all())) == (123, 2**63 - 1, [option])


def test_an_action_takes_them(api, pro):
    inquiry = InquiryFactory(pro=pro)
    path = f"/api/inquiries/{inquiry.pk}/action"
    assert api.post(path, {"action": "link_case", "case_id": "77", "changed_by": "789"}).status_code == 200
    assert Inquiry.objects.get().case_id == 77


def test_what_is_no_id_is_refused(api, case):
    for value in ["", "0", "-1", "1.0", "1e3", " 1", "\u0661", str(2**63), "9" * 5000, "12a", True, ["1"]]:
        with case(str(value)[:30]):
            answer = api.post("/api/inquiries", {**BODY, "user_id": value})
            assert (answer.status_code, list(answer.json()["errors"])) == (422, ["user_id"])
    for value in ["1", [["1"]], ["1", ["1"]], ["x"]]:
        with case(str(value)):
            answer = api.post("/api/inquiries", {**BODY, "user_id": 1, "filter_option_ids": value})
            assert (answer.status_code, list(answer.json()["errors"])) == (422, ["filter_option_ids"])
