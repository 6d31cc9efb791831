"""GET /api/v1/me: the token that calls."""

from datetime import timedelta

import pytest
from django.utils import timezone

from config.accounts.access import REQUESTS

pytestmark = pytest.mark.django_db
PATH = "/api/v1/me"


@pytest.mark.parametrize(("plan", "rows"), [("free", 50), ("pro", 100), ("enterprise", 500)])
def test_a_token_reads_what_it_may(api_with, pro, plan, rows):
    pro.plan = plan
    pro.save()
    expires_at = timezone.now().replace(microsecond=0) + timedelta(days=30)
    api = api_with("contacts:read", expires_at=expires_at, actor_id=123)
    assert api.get(PATH).json() == {
        "data": {
            "token": {
                "name": "Test",
                "scopes": ["contacts:read"],
                "expiresAt": expires_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "actorId": 123,
            },
            "pro": {"id": pro.pk, "name": pro.name, "plan": plan, "isGated": False},
            "limits": {"requestsPerMinute": REQUESTS.times, "maxPageSize": rows},
        }
    }


def test_a_gated_pro_reads_that_it_is(api, pro):
    pro.cni_required = True
    pro.save()
    answer = api.get(PATH)
    assert (answer.status_code, answer.json()["data"]["pro"]["isGated"]) == (200, True)


def test_the_refusals(nobody, api):
    refused = nobody.get(PATH)
    assert (refused.status_code, refused["WWW-Authenticate"]) == (401, "Bearer")
    assert refused.json()["error"]["code"] == "unauthorized"
    wrong = api.post(PATH, {})
    assert (wrong.status_code, wrong["Allow"]) == (405, "GET, HEAD")
    assert wrong.json()["error"]["code"] == "method_not_allowed"
    assert api.get(f"{PATH}/more").json()["error"]["code"] == "not_found"
    assert api.get(f"{PATH}/").status_code == 404
