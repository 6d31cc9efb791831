"""API tokens in the staff admin: issued, shown once, revoked."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from config.accounts.models import SCOPES, ApiToken, Pro, Session, User

from ..admin_site import listed, page, shown, staff_client
from ..pages import Page
from .rows import issue_token


def token_form(owner: Pro, **changes: Any) -> dict[str, Any]:
    return {"pro": owner.pk, "name": "Website", "scopes": ["contacts:read", "inquiries:write"], **changes}


def stored() -> list[dict[str, Any]]:
    return list(ApiToken.objects.order_by("pk").values())


def test_a_token_is_issued_and_its_secret_shown_once(staff_browser, staff, pro):
    more = {"expires_at_0": "2090-05-01", "expires_at_1": "12:00:00", "actor_id": "123"}
    response = staff_browser.post(page(ApiToken, "add"), token_form(pro, **more), follow=True)
    token, secret = ApiToken.objects.get(), Page(response).one("#secret").text
    assert "no-store" in response["Cache-Control"]
    assert not any(secret in str(session.get_decoded()) for session in Session.objects.all())
    assert ApiToken.objects.authenticate(secret) == token
    assert (token.pro, token.scopes) == (pro, ["contacts:read", "inquiries:write"])
    assert (token.actor_id, token.created_by) == (123, staff)
    assert token.expires_at.isoformat() == "2090-05-01T12:00:00+00:00"
    assert [(e.object_id, e.object_repr) for e in LogEntry.objects.all()] == [(str(token.pk), str(token))]
    for path in (page(ApiToken, "changelist"), page(token, "change"), page(token, "history")):
        content = staff_browser.get(path).content.decode()
        assert token.name in content
        assert secret[-43:] not in content
        assert token.hash not in content


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        ({"scopes": ["everything"]}, ["scopes"]),
        ({"scopes": []}, ["scopes"]),
        ({"name": "a\0b"}, ["name"]),
        ({"name": "x" * 101}, ["name"]),
        ({"expires_at_0": "2020-01-01", "expires_at_1": "00:00"}, ["expires_at"]),
        ({"expires_at_0": "9999-12-31", "expires_at_1": "23:59"}, ["expires_at"]),
        ({"actor_id": str(2**63)}, ["actor_id"]),
        ({"pro": "9" * 30}, ["pro"]),
        ({"pro": "\0"}, ["pro"]),
    ],
)
def test_an_invalid_token_is_refused(staff_browser, pro, change, errors):
    response = staff_browser.post(page(ApiToken, "add"), token_form(pro, **change))
    assert list(response.context["adminform"].form.errors) == errors
    assert stored() == []


@pytest.mark.parametrize("value", ["x", "\0", "9" * 40])
def test_a_form_ignores_an_invalid_initial_value(staff_browser, value):
    for model, form in ((ApiToken, "#apitoken_form"), (User, "#user_form")):
        page_of_form = Page(staff_browser.get(page(model, "add"), {"pro": value}))
        assert page_of_form.form(form).fields["pro"] == ""


def test_bound_staff_issue_tokens_of_their_pro_alone(pro, other_pro):
    client = staff_client("all", pro=pro)
    response = client.post(page(ApiToken, "add"), token_form(other_pro, actor_id="5"))
    assert list(response.context["adminform"].form.errors) == ["pro"]
    client.post(page(ApiToken, "add"), token_form(pro, actor_id="5"))
    assert list(ApiToken.objects.values_list("pro", "actor_id")) == [(pro.pk, None)]


def test_nothing_of_a_token_is_edited_but_whose_it_is(staff_browser, pro, other_pro, user):
    token, [before] = issue_token(pro), stored()
    data = token_form(other_pro, name="Changed", scopes=SCOPES, prefix="vst_00000000", _save="Save")
    data["owner"] = user.pk
    assert staff_browser.post(page(token, "change"), data)["Location"] == page(ApiToken, "changelist")
    assert stored() == [before | {"created_by_id": user.pk}]
    form = Page(staff_browser.get(page(token, "change"))).one("#apitoken_form")
    assert "Website" in form.text
    assert [field["name"] for field in form.all(".form-row select, .form-row input, [name=_save]")] == [
        "owner",
        "_save",
    ]


def test_tokens_are_revoked_from_the_list(staff_browser, pro):
    tokens = [issue_token(pro, name) for name in ("One", "Two", "Three")]
    tokens[2].revoke()
    revoked_at = tokens[2].revoked_at
    data = {"action": "revoke", "_selected_action": [token.pk for token in tokens]}
    response = staff_browser.post(page(ApiToken, "changelist"), data, follow=True)
    assert shown(response) == ["2 tokens are revoked."]
    assert not ApiToken.objects.filter(revoked_at=None).exists()
    assert ApiToken.objects.get(pk=tokens[2].pk).revoked_at == revoked_at
    assert sorted(entry.get_change_message() for entry in LogEntry.objects.all()) == ["Changed revoked at."] * 2


def test_a_token_is_revoked_from_its_page(staff_browser, pro):
    token = issue_token(pro)
    assert Page(staff_browser.get(page(token, "change"))).one("option[value=revoke]").text == "Revoke this token"
    data = {"CHANGE_FORM-action": "revoke", "_selected_action": token.pk}
    response = staff_browser.post(page(token, "change"), data, follow=True)
    assert shown(response) == ["1 token is revoked."]
    token.refresh_from_db()
    assert token.revoked_at is not None


def test_staff_who_may_only_view_do_not_revoke(pro):
    token, client = issue_token(pro), staff_client("view_apitoken")
    before = stored()
    client.post(page(ApiToken, "changelist"), {"action": "revoke", "_selected_action": token.pk})
    client.post(page(token, "change"), {"CHANGE_FORM-action": "revoke", "_selected_action": token.pk})
    assert stored() == before


def test_bound_staff_do_not_revoke_another_pros_token(pro, other_pro):
    own, foreign = issue_token(pro), issue_token(other_pro)
    before, client = stored(), staff_client("all", pro=pro)
    client.post(page(ApiToken, "changelist"), {"action": "revoke", "_selected_action": foreign.pk})
    data = {"CHANGE_FORM-action": "revoke", "_selected_action": foreign.pk}
    assert Page(client.post(page(foreign, "change"), data), 404).one("h1").text == "There is nothing here"
    assert Page(client.post(page(own, "change"), data), 400).one("h1").text == "That request could not be read"
    assert stored() == before


def test_the_list_is_not_filtered_by_hash(staff_browser, pro):
    token = issue_token(pro)
    for query in ({"hash": token.hash}, {"hash__startswith": token.hash[:4]}):
        response = staff_browser.get(page(ApiToken, "changelist"), query)
        assert Page(response, 400).one("h1").text == "That request could not be read"


def test_the_list_shows_the_state_of_each_token(staff_browser, pro):
    _active, expired, revoked = (issue_token(pro, name) for name in ("A", "B", "C"))
    ApiToken.objects.filter(pk=expired.pk).update(expires_at=timezone.now() - timedelta(days=1))
    revoked.revoke()
    tokens = listed(staff_browser, ApiToken)
    state = admin.site.get_model_admin(ApiToken).state
    assert [(t.name, str(state(t))) for t in tokens] == [("C", "Revoked"), ("B", "Expired"), ("A", "Active")]
