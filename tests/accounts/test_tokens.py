"""ApiToken: issued, recognised by its hash, expired, revoked."""

import hashlib
import re
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config.accounts.models import SCOPES, ApiToken

from ..factories import ProFactory


@pytest.fixture
def issued(pro, user):
    return ApiToken.objects.issue(pro, "CRM", ["contacts:read"], actor_id=123, by=user)


def test_a_new_token_as_it_is_stored(pro, user, issued):
    token, text = issued
    [row] = ApiToken.objects.values()
    assert row == {
        "id": token.pk,
        "pro_id": pro.pk,
        "name": "CRM",
        "prefix": text[:12],
        "hash": hashlib.sha256(text.encode()).hexdigest(),
        "scopes": ["contacts:read"],
        "actor_id": 123,
        "expires_at": None,
        "revoked_at": None,
        "last_used_at": None,
        "created_by_id": user.pk,
        "created_at": token.created_at,
    }


def test_the_secret_is_stored_nowhere(issued):
    token, text = issued
    secret = text.split("_", 2)[2]
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_apitoken")
        stored = repr(cursor.fetchall())
    assert secret not in stored
    assert secret not in repr(vars(token)) + str(token)


def test_every_token_has_the_same_shape(pro):
    texts = [ApiToken.objects.issue(pro, "x", ["contacts:read"])[1] for _ in range(50)]
    assert all(re.fullmatch(r"vst_[0-9a-f]{8}_[A-Za-z0-9_-]{43}", text) for text in texts)
    assert len(set(texts)) == 50


def test_a_token_is_authenticated_with_its_pro_in_one_query(pro, issued):
    token, text = issued
    with CaptureQueriesContext(connection) as queries:
        authenticated = ApiToken.objects.authenticate(text)
        assert (authenticated, authenticated.pro) == (token, pro)
    assert len(queries) == 1


def test_each_of_many_tokens_is_authenticated(pro):
    issued = [ApiToken.objects.issue(p, "x", ["contacts:read"]) for p in (pro, ProFactory(), pro)]
    assert [ApiToken.objects.authenticate(text) for _token, text in issued] == [token for token, _text in issued]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "",
        lambda text: text[:12],
        lambda text: text[:-1],
        lambda text: text + "x",
        lambda text: text.upper(),
        lambda text: text[:12] + "x" * 44,
        lambda text: text[:12] + "\ud800" * 44,
        lambda text: "vst_00000000" + text[12:],
    ],
)
def test_a_changed_secret_is_no_token(issued, change):
    assert ApiToken.objects.authenticate(change(issued[1])) is None


def test_the_stored_hash_does_not_authenticate(issued):
    token, _text = issued
    assert ApiToken.objects.authenticate(token.hash) is None
    assert ApiToken.objects.authenticate(f"{token.prefix}_{token.hash}") is None


def test_a_token_is_revoked_at_once_and_only_once(issued):
    token, text = issued
    token.revoke()
    first = token.revoked_at
    assert first is not None
    assert ApiToken.objects.authenticate(text) is None
    token.revoke()
    stale = ApiToken.objects.get()
    stale.revoked_at = None
    stale.revoke()
    assert (token.revoked_at, stale.revoked_at, ApiToken.objects.get().revoked_at) == (first, first, first)


def test_an_expired_token_is_refused(pro):
    soon = timezone.now() + timedelta(hours=1)
    token, text = ApiToken.objects.issue(pro, "x", ["contacts:read"], expires_at=soon)
    assert (token.is_expired, ApiToken.objects.authenticate(text)) == (False, token)
    ApiToken.objects.update(expires_at=timezone.now())
    token.refresh_from_db()
    assert (token.is_expired, ApiToken.objects.authenticate(text)) == (True, None)


def test_usable_tokens_are_neither_revoked_nor_expired(pro):
    now = timezone.now()
    issued = {
        expires_at: ApiToken.objects.issue(pro, "x", ["contacts:read"], expires_at=expires_at)[0]
        for expires_at in (None, now + timedelta(hours=1), now - timedelta(seconds=1))
    }
    revoked, _text = ApiToken.objects.issue(pro, "x", ["contacts:read"])
    revoked.revoke()
    usable = {token for token in ApiToken.objects.all() if token.is_usable}
    assert usable == {issued[None], issued[now + timedelta(hours=1)]}


@pytest.mark.parametrize(
    "scopes",
    [[], ["contacts"], ["contacts:delete"], ["contacts:read", "all"], ["*"], "contacts:read", {"contacts:read": 1}],
)
def test_unknown_scopes_are_refused(pro, scopes):
    with pytest.raises(ValidationError) as raised:
        ApiToken.objects.issue(pro, "x", scopes)
    assert list(raised.value.message_dict) == ["scopes"]
    assert list(ApiToken.objects.all()) == []


@pytest.mark.parametrize("name", ["", "x" * 101])
def test_an_invalid_name_is_refused(pro, name):
    with pytest.raises(ValidationError) as raised:
        ApiToken.objects.issue(pro, name, ["contacts:read"])
    assert list(raised.value.message_dict) == ["name"]
    assert list(ApiToken.objects.all()) == []


def test_write_includes_read_and_nothing_else():
    def granted(*scopes):
        return {scope for scope in SCOPES if ApiToken(scopes=list(scopes)).allows(scope)}

    assert granted() == set()
    assert granted("contacts:read") == {"contacts:read"}
    assert granted("contacts:write") == {"contacts:read", "contacts:write"}
    assert granted(*SCOPES) == set(SCOPES)


def test_the_scopes_are_the_documented_ones():
    assert SCOPES == [
        "contact_requests:read",
        "contact_requests:write",
        "contacts:read",
        "contacts:write",
        "inquiries:read",
        "inquiries:write",
        "messages:read",
        "messages:write",
        "privacy:read",
        "privacy:write",
        "properties:read",
        "properties:write",
        "webhooks:read",
        "webhooks:write",
    ]


def test_the_time_of_use_is_stored_once_a_minute(issued):
    assert ApiToken.objects.get() == issued[0]

    def note():
        ApiToken.objects.get().note_use()
        return ApiToken.objects.get().last_used_at

    first = note()
    assert (first is not None, note()) == (True, first)
    ApiToken.objects.update(last_used_at=first - timedelta(seconds=59))
    assert note() == first - timedelta(seconds=59)
    ApiToken.objects.update(last_used_at=first - timedelta(seconds=61))
    assert note() > first


def test_a_pro_sees_its_own_tokens_alone(pro, other_user, issued):
    assert list(ApiToken.objects.for_pro(pro)) == [issued[0]]
    assert list(ApiToken.objects.for_pro(other_user.pro)) == []
