"""The caller of a JSON route, by `by_token` and `by_token_or_session`."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from config.accounts.access import REFUSALS, REQUESTS, Caller, by_token, by_token_or_session
from config.accounts.models import ApiToken
from config.api.errors import ProblemError
from config.web.models import RateCount

from ..factories import make_token


def make_request(header=None, user=None, method="GET"):
    headers = {} if header is None else {"Authorization": header}
    request = RequestFactory().generic(method, "/pro/contact-requests", headers=headers)
    request.user = user or AnonymousUser()
    request._dont_enforce_csrf_checks = False
    return request


def refusal(function, request):
    with pytest.raises(ProblemError) as raised:
        function(request)
    return raised.value.kind, raised.value.headers


UNKNOWN = ("unauthenticated", {"WWW-Authenticate": "Bearer"})


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "Bearer  "])
def test_a_token_calls_for_its_pro(pro, scheme):
    text = make_token(pro, "contacts:read")
    caller = by_token(make_request(f"{scheme} {text}"))
    assert caller == Caller(pro, token=ApiToken.objects.get(), user=None)
    assert (caller.allows("contacts:read"), caller.allows("contacts:write")) == (True, False)


def test_a_session_calls_for_the_users_pro_and_may_do_everything(pro, user):
    caller = by_token_or_session(make_request(user=user))
    assert caller == Caller(pro, token=None, user=user)
    assert caller.allows("contact_requests:write") is True


def test_a_session_does_not_replace_a_token(user):
    assert refusal(by_token, make_request(user=user)) == UNKNOWN


def test_a_token_takes_precedence_over_the_session(pro, other_user):
    caller = by_token_or_session(make_request(f"Bearer {make_token(pro)}", user=other_user))
    assert (caller.pro, caller.user) == (pro, None)


def test_a_bad_token_is_refused_beside_a_session_too(user):
    assert refusal(by_token_or_session, make_request("Bearer nonsense", user=user)) == UNKNOWN


def test_a_user_without_a_pro_is_refused(staff):
    assert refusal(by_token_or_session, make_request(user=staff)) == UNKNOWN


def test_nobody_is_not_counted(db):
    for _ in range(3):
        assert refusal(by_token_or_session, make_request()) == UNKNOWN
    assert list(RateCount.objects.all()) == []


def test_a_guess_is_counted_for_its_place(db, monkeypatch):
    monkeypatch.setattr(REFUSALS, "times", 2)
    assert [refusal(by_token, make_request("Bearer x"))[0] for _ in range(3)] == [
        "unauthenticated",
        "unauthenticated",
        "rate_limited",
    ]
    assert list(RateCount.objects.values_list("key", "count")) == [("api-refused:127.0.0.1", 3)]


def test_a_forged_address_does_not_help_the_guesser(db, monkeypatch):
    monkeypatch.setattr(REFUSALS, "times", 2)
    kinds = []
    for number in range(3):
        request = make_request("Bearer x")
        request.META["HTTP_X_FORWARDED_FOR"] = f"192.0.2.{number}"
        kinds.append(refusal(by_token, request)[0])
    assert kinds == ["unauthenticated", "unauthenticated", "rate_limited"]


def test_requests_are_counted_by_token_and_by_user(pro, user, monkeypatch):
    monkeypatch.setattr(REQUESTS, "times", 1)
    text = make_token(pro)
    by_token(make_request(f"Bearer {text}"))
    by_token_or_session(make_request(user=user))
    kind, headers = refusal(by_token, make_request(f"Bearer {text}"))
    assert (kind, list(headers)) == ("rate_limited", ["Retry-After"])
    assert 1 <= int(headers["Retry-After"]) <= 60
    assert refusal(by_token_or_session, make_request(user=user))[0] == "rate_limited"
    assert by_token(make_request(f"Bearer {make_token(pro)}")).pro == pro


def test_too_many_requests_do_not_write_the_time_of_use(pro, monkeypatch):
    monkeypatch.setattr(REQUESTS, "times", 0)
    assert refusal(by_token, make_request(f"Bearer {make_token(pro)}"))[0] == "rate_limited"
    assert ApiToken.objects.get().last_used_at is None


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_an_unsafe_method_by_session_needs_the_csrf_token(user, method):
    assert refusal(by_token_or_session, make_request(user=user, method=method)) == ("forbidden", {})


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "TRACE"])
def test_a_safe_method_by_session_needs_none(user, method):
    assert by_token_or_session(make_request(user=user, method=method)).user == user
