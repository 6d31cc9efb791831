"""The staff admin: Pros, users, API tokens, identity documents; and its manners and bounds, tested for every model."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from config.accounts import identity_review
from config.accounts.admin import InstallationAdmin, TenantAdmin
from config.accounts.models import SCOPES, ApiToken, IdentityDocument, Pro, User
from tests.factories import ProFactory, UserFactory

PDF = b"%PDF-1.7 a card"


def page(row: Model | type[Model], name: str, **more: Any) -> str:
    """The address of an admin page; of a row, or of a model."""
    args = [row.pk] if isinstance(row, Model) else []
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{name}", args=args, **more)


def staff_client(*permissions: str, pro: Pro | None = None, **fields: Any) -> Client:
    """Staff with these permissions ("view_pro", …; "all" for every one), bound to `pro` if there is one."""
    user = UserFactory(pro=pro, is_staff=True, **fields)
    found = Permission.objects.all()
    user.user_permissions.set(found if permissions == ("all",) else found.filter(codename__in=permissions))
    client = Client(raise_request_exception=False)
    client.force_login(user, backend="config.accounts.backends.EmailBackend")
    client.user = user  # type: ignore[attr-defined]
    return client


def submit(pro: Pro, name: str = "card.pdf") -> IdentityDocument:
    return IdentityDocument.objects.submit(pro, SimpleUploadedFile(name, PDF), by=UserFactory(pro=pro))


def token_of(pro: Pro, name: str = "Website") -> ApiToken:
    return ApiToken.objects.issue(pro, name, ["contacts:read"], by=UserFactory(pro=pro))[0]


def shown(response: Any) -> list[str]:
    """The messages that the next page shows."""
    return [str(message) for message in response.context["messages"]]


def listed(client: Client, model: type[Model], **query: str) -> list[Any]:
    """The rows of a list, in order."""
    response = client.get(page(model, "changelist"), query)
    assert response.status_code == 200
    return list(response.context["cl"].result_list)


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def assert_list_is_flat(client: Client, make: Any, model: type[Model], most: int = 12) -> None:
    """As many queries with 50 rows, each with rows of its own around it, as with one."""
    rows, path = model._default_manager, page(model, "changelist")
    if not rows.exists():
        make()
    assert len(listed(client, model)) == 1  # and what Django fetches once for the process is fetched
    one = queries(client, path)
    while rows.count() < 50:
        make()
    assert len(listed(client, model)) == 50
    assert queries(client, path) == one <= most


def assert_tenancy(own: Model, foreign: Model) -> None:
    """Bound staff with every permission find their Pro's row, and of another Pro's row nothing, at any address."""
    pro = own if isinstance(own, Pro) else own.pro  # type: ignore[attr-defined]
    client, model = staff_client("all", pro=pro), type(own)
    rows = listed(client, model)
    assert own in rows
    assert foreign not in rows
    for name in ("change", "history"):
        assert client.get(page(own, name)).status_code == 200
    for name in ("change", "delete", "history"):
        for response in (client.get(page(foreign, name)), client.post(page(foreign, name), {"post": "yes"})):
            assert response.status_code == 404
            assert str(foreign).encode() not in response.content
    client.post(
        page(model, "changelist"), {"action": "delete_selected", "_selected_action": str(foreign.pk), "post": "yes"}
    )
    assert model._default_manager.filter(pk=foreign.pk).exists()


def assert_permissions(row: Model) -> None:
    """Staff without the permission are refused; anybody else has to sign in as staff."""
    client = staff_client()
    paths = [page(row, name) for name in ("change", "delete", "history")]
    paths += [page(type(row), name) for name in ("changelist", "add")]
    assert [client.get(path).status_code for path in paths] == [403] * 5
    outsider = Client()
    assert [outsider.get(path).status_code for path in paths] == [302] * 5
    viewer = staff_client(f"view_{row._meta.model_name}")
    assert [viewer.get(path).status_code for path in paths] == [200, 403, 200, 200, 403]
    assert viewer.post(page(row, "change"), {}).status_code == 403


HOSTILE = ["\0", "a\0b", "'\"", "\\", "\u202e\ufeff", "9" * 400, "-1", "NaN", "["]
LONG = ["x" * 9000, "w " * 3000, "9" * 5000]


def assert_rubbish_is_harmless(row: Model) -> None:
    """No search, filter, address or selection is a fault of the server."""
    client, path = staff_client("all"), page(type(row), "changelist")
    names = [field.name for field in row._meta.concrete_fields]
    asked = [{"q": text} for text in HOSTILE + LONG]
    asked += [{f"{name}{look}": text} for name in names for look in ("", "__in") for text in ("\0", "9" * 400, "x")]
    asked += [{f"{name}__{look}": "9" * 30} for name in names for look in ("gte", "year", "isnull", "contains")]
    asked += [{key: text} for key in ("p", "o", "e", "_to_field", "nothing\0") for text in HOSTILE[::2]]
    assert {client.get(path, query).status_code for query in asked} <= {200, 302, 400}
    for rest in ("%00", "9" * 40, "x", "%ff", "a'b"):
        assert {client.get(f"{path}{rest}/{name}/").status_code for name in ("change", "delete", "history")} == {404}
    for text in HOSTILE:
        data = {"action": "delete_selected", "_selected_action": text, "post": "yes"}
        assert client.post(path, data).status_code in (302, 400)
    assert type(row)._default_manager.filter(pk=row.pk).exists()


def assert_no_regular_expressions(model: type[Model], field: str) -> None:
    client = staff_client("all")
    for look in ("regex", "iregex"):
        assert client.get(page(model, "changelist"), {f"{field}__{look}": "("}).status_code == 400


# --- every model ---------------------------------------------------------------------------------


@pytest.fixture
def other(db: None) -> Pro:
    return ProFactory(name="Somebody Else", email="else@example.net")


MAKERS = {"pro": lambda pro: pro, "user": lambda pro: UserFactory(pro=pro), "token": token_of, "document": submit}


@pytest.fixture(params=MAKERS)
def make(request: Any) -> Any:
    return MAKERS[request.param]


def test_another_pros_row_is_404(make, pro, other):
    assert_tenancy(make(pro), make(other))


def test_staff_without_the_permission_get_403(make, pro):
    assert_permissions(make(pro))


def test_rubbish_is_no_fault(make, pro):
    assert_rubbish_is_harmless(make(pro))


def test_no_list_asks_per_row(make, staff_browser):
    # Every list starts with one row: of users that is the reader.
    model = {"pro": Pro, "user": User, "token": ApiToken, "document": IdentityDocument}
    kind = next(name for name, maker in MAKERS.items() if maker is make)
    assert_list_is_flat(staff_browser, lambda: make(ProFactory()), model[kind])


@pytest.mark.parametrize(
    ("model", "field"), [(Pro, "name"), (User, "email"), (ApiToken, "name"), (IdentityDocument, "filename")]
)
def test_a_list_takes_no_regular_expressions(db, model, field):
    assert_no_regular_expressions(model, field)


def test_every_model_in_the_admin_has_bounds():
    """A new ModelAdmin without them would show bound staff the rows of all Pros."""
    assert [m for m, a in admin.site._registry.items() if not isinstance(a, TenantAdmin | InstallationAdmin)] == []


@pytest.mark.parametrize("model", [m for m, a in admin.site._registry.items() if isinstance(a, InstallationAdmin)])
def test_bound_staff_have_no_part_in_the_installations_own_rows(model, pro):
    paths = [page(model, "changelist"), page(model, "add")]
    assert [staff_client("all", pro=pro).get(path).status_code for path in paths] == [403, 403]
    assert staff_client("all").get(paths[0]).status_code == 200


def autocomplete(client: Client, model: str, field: str, term: str = "") -> Any:
    app, _, name = model.partition(".")
    query = {"app_label": app, "model_name": name, "field_name": field, "term": term}
    return client.get("/admin/autocomplete/", query)


def test_an_autocomplete_finds_the_own_pro_alone(pro, other):
    found = autocomplete(staff_client("all", pro=pro), "accounts.user", "pro")
    assert found.json() == {
        "results": [{"id": str(pro.pk), "text": "Agence du Port"}],
        "pagination": {"more": False},
    }
    assert [row["text"] for row in autocomplete(staff_client("all"), "accounts.user", "pro").json()["results"]] == [
        "Agence du Port",
        "Somebody Else",
    ]
    assert autocomplete(staff_client(), "accounts.user", "pro").status_code == 403


def test_an_autocomplete_takes_rubbish(pro):
    client = staff_client("all")
    assert {autocomplete(client, "accounts.user", "pro", term).status_code for term in HOSTILE} == {200}


def test_the_index_of_bound_staff_names_no_machinery(pro):
    response = staff_client("all", pro=pro).get("/admin/")
    assert sorted(app["app_label"] for app in response.context["app_list"]) == [
        "accounts",
        "contact_requests",
        "contacts",
        "inquiries",
    ]


def test_bound_staff_get_no_filter_by_pro(pro, other):
    response = staff_client("all", pro=pro).get(page(ApiToken, "changelist"))
    assert other.name not in response.content.decode()
    assert other.name in staff_client("all").get(page(ApiToken, "changelist")).content.decode()


def test_a_superuser_with_a_pro_sees_every_pro(pro, other):
    client = staff_client(pro=pro, is_superuser=True)
    assert listed(client, Pro) == [pro, other]


def test_staff_without_a_pro_see_every_pro(pro, other):
    assert listed(staff_client("view_pro"), Pro) == [pro, other]


# --- Pros ----------------------------------------------------------------------------------------


def pro_form(pro: Pro, **changes: Any) -> dict[str, Any]:
    names = ["name", "email", "phone", "country", "language", "time_zone", "plan"]
    return {name: getattr(pro, name) for name in names} | changes


def test_staff_change_a_pro(staff_browser, pro):
    data = pro_form(pro, name="Agence du Lac", plan="pro", cni_required="on")
    assert staff_browser.post(page(pro, "change"), data).status_code == 302
    pro.refresh_from_db()
    assert (pro.name, pro.plan, pro.cni_required, pro.email) == ("Agence du Lac", "pro", True, "port@example.com")


def test_a_save_writes_only_what_was_changed(staff_browser, pro):
    with CaptureQueriesContext(connection) as captured:
        staff_browser.post(page(pro, "change"), pro_form(pro, name="Agence du Lac"))
    updates = [row["sql"] for row in captured if row["sql"].startswith('UPDATE "accounts_pro"')]
    assert len(updates) == 1
    assert "Agence du Lac" in updates[0]
    assert "cni_verified_at" not in updates[0]


def test_bound_staff_change_their_pros_card_but_not_its_plan_or_gate(pro):
    client = staff_client("all", pro=pro)
    Pro.objects.filter(pk=pro.pk).update(cni_required=True)
    data = pro_form(pro, name="Agence du Lac", plan="enterprise", cni_verified_at="2026-01-01")
    assert client.post(page(pro, "change"), data).status_code == 302
    pro.refresh_from_db()
    assert (pro.name, pro.plan, pro.cni_required, pro.cni_verified_at) == ("Agence du Lac", "free", True, None)


def test_bound_staff_neither_add_nor_delete_a_pro(pro):
    client = staff_client("all", pro=pro)
    assert [client.get(path).status_code for path in (page(Pro, "add"), page(pro, "delete"))] == [403, 403]


def test_deleting_a_pro_takes_its_identity_files_away(staff_browser, pro, django_capture_on_commit_callbacks):
    document = submit(pro)
    IdentityDocument.objects.update(uploaded_by=None)
    User.objects.filter(pro=pro).delete()
    with django_capture_on_commit_callbacks(execute=True):
        assert staff_browser.post(page(pro, "delete"), {"post": "yes"}).status_code == 302
    assert not Pro.objects.filter(pk=pro.pk).exists()
    assert not document.file.storage.exists(document.file.name)


# --- users ---------------------------------------------------------------------------------------

NEW_USER = {
    "email": "New.Person@Example.com",
    "name": "New Person",
    "language": "fr",
    "usable_password": "true",
    "password1": "a long enough secret",
    "password2": "a long enough secret",
}


def user_form(user: User, **changes: Any) -> dict[str, Any]:
    data = {"email": user.email, "name": user.name, "language": user.language, "is_active": "on"}
    return data | ({"pro": user.pro_id} if user.pro_id else {}) | changes


def test_staff_add_a_user_who_signs_in_by_email(staff_browser, pro, nobody):
    response = staff_browser.post(page(User, "add"), NEW_USER | {"pro": pro.pk})
    made = User.objects.get(email="new.person@example.com")
    assert response.headers["Location"] == page(made, "change")
    assert (made.name, made.pro, made.language, made.is_staff, made.is_superuser) == (
        "New Person",
        pro,
        "fr",
        False,
        False,
    )
    assert made.check_password("a long enough secret")


def test_the_add_form_asks_for_no_username(staff_browser):
    response = staff_browser.get(page(User, "add"))
    assert list(response.context["adminform"].form.fields) == [
        "email",
        "name",
        "pro",
        "language",
        "usable_password",
        "password1",
        "password2",
    ]


def test_an_address_in_capitals_is_the_same_address(staff_browser, user):
    response = staff_browser.post(page(User, "add"), NEW_USER | {"email": "OWNER@example.com"})
    assert response.context["adminform"].form.errors == {"email": ["This address is already in use."]}


def test_a_superuser_gives_rights(staff_browser, user):
    group = Group.objects.create(name="Desk")
    data = user_form(user, is_staff="on", groups=[group.pk])
    assert staff_browser.post(page(user, "change"), data).status_code == 302
    user.refresh_from_db()
    assert (user.is_staff, user.is_superuser, list(user.groups.all())) == (True, False, [group])


def test_a_superuser_sets_a_password(staff_browser, user):
    data = {"password1": "quite another secret", "password2": "quite another secret", "set-password": "1"}
    path = reverse("admin:auth_user_password_change", args=[user.pk])
    assert staff_browser.post(path, data).headers["Location"] == page(user, "change")
    user.refresh_from_db()
    assert user.check_password("quite another secret")


def test_bound_staff_add_a_user_to_their_pro_alone(pro, other):
    client = staff_client("all", pro=pro)
    response = client.post(page(User, "add"), NEW_USER | {"pro": other.pk})
    assert list(response.context["adminform"].form.errors) == ["pro"]
    response = client.post(page(User, "add"), NEW_USER | {"pro": ""})
    assert response.context["adminform"].form.errors == {"pro": ["This field is required."]}
    client.post(page(User, "add"), NEW_USER | {"pro": pro.pk, "is_superuser": "on", "is_staff": "on"})
    made = User.objects.get(email="new.person@example.com")
    assert (made.pro, made.is_staff, made.is_superuser) == (pro, False, False)


def test_bound_staff_do_not_climb(pro, other):
    client, user = staff_client("all", pro=pro), UserFactory(pro=pro)
    group = Group.objects.create(name="Desk")
    loot = {
        "pro": other.pk,
        "userhub_id": 7,
        "is_staff": "on",
        "is_superuser": "on",
        "groups": [group.pk],
        "user_permissions": [Permission.objects.first().pk],
        "name": "New Name",
    }
    for row in (user, client.user):
        rights = row.user_permissions.count()
        assert client.post(page(row, "change"), user_form(row, **loot)).status_code == 302
        before, row = row.is_staff, User.objects.get(pk=row.pk)
        assert (row.name, row.pro, row.userhub_id) == ("New Name", pro, None)
        assert (row.is_staff, row.is_superuser) == (before, False)
        assert (row.groups.count(), row.user_permissions.count()) == (0, rights)


@pytest.mark.parametrize("rank", [{"is_superuser": True, "is_staff": True}, {"is_staff": True}])
def test_nobody_but_a_superuser_takes_over_the_account_of_staff(pro, rank):
    boss = UserFactory(pro=pro, **rank)
    data = {"password1": "quite another secret", "password2": "quite another secret", "set-password": "1"}
    paths = [page(boss, "change"), page(boss, "delete"), reverse("admin:auth_user_password_change", args=[boss.pk])]
    for client in (staff_client("all", pro=pro), staff_client("all")):
        assert [client.post(path, data).status_code for path in paths] == [403, 403, 403]
        client.post(page(User, "changelist"), {"action": "delete_selected", "_selected_action": boss.pk, "post": "yes"})
    assert User.objects.get(pk=boss.pk).password == boss.password


def test_another_pros_user_gets_no_password(pro, other):
    user = UserFactory(pro=other)
    path = reverse("admin:auth_user_password_change", args=[user.pk])
    client = staff_client("all", pro=pro)
    assert [client.get(path).status_code, client.post(path, {}).status_code] == [404, 404]


def test_no_page_prints_a_passwords_hash(pro, user):
    boss = UserFactory(pro=pro, is_staff=True, is_superuser=True)
    for client in (staff_client("view_user"), staff_client("all"), staff_client(is_superuser=True)):
        for row in (user, boss, client.user):
            response = client.get(page(row, "change"))
            assert response.status_code == 200
            assert row.password.rpartition("$")[2] not in unescape(response.content.decode())


def test_the_list_is_not_filtered_by_password(staff_browser, user):
    for query in ({"password__startswith": "md5"}, {"pro__tokens__hash__startswith": "a"}):
        assert staff_browser.get(page(User, "changelist"), query).status_code == 400


def test_only_superusers_edit_groups(db):
    group = Group.objects.create(name="Desk")
    client = staff_client("all")
    assert client.get(page(group, "change")).status_code == 200
    assert client.post(page(group, "change"), {"name": "Bosses"}).status_code == 403
    assert client.get(page(Group, "add")).status_code == 403
    boss = staff_client(is_superuser=True)
    assert boss.post(page(group, "change"), {"name": "Bosses"}).status_code == 302
    assert list(Group.objects.values_list("name", flat=True)) == ["Bosses"]


# --- API tokens ----------------------------------------------------------------------------------


def token_form(owner: Pro, **changes: Any) -> dict[str, Any]:
    return {"pro": owner.pk, "name": "Website", "scopes": ["contacts:read", "inquiries:write"], **changes}


def test_a_token_is_issued_and_its_secret_shown_once(staff_browser, staff, pro):
    moment = {"expires_at_0": "2090-05-01", "expires_at_1": "12:00:00", "actor_id": "123"}
    response = staff_browser.post(page(ApiToken, "add"), token_form(pro, **moment), follow=True)
    token = ApiToken.objects.get()
    secret = re.search(r'<code id="secret">(vst_[^<]+)</code>', response.content.decode())[1]
    assert "no-store" in response["Cache-Control"]
    assert not any(secret in str(session.get_decoded()) for session in Session.objects.all())
    assert ApiToken.objects.authenticate(secret) == token
    assert (token.pro, token.scopes, token.actor_id, token.created_by) == (
        pro,
        ["contacts:read", "inquiries:write"],
        123,
        staff,
    )
    assert token.expires_at.isoformat() == "2090-05-01T12:00:00+00:00"
    assert [(e.object_id, e.object_repr) for e in LogEntry.objects.all()] == [(str(token.pk), str(token))]
    for path in (page(ApiToken, "changelist"), page(token, "change"), page(token, "history")):
        content = staff_browser.get(path).content.decode()
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
def test_a_token_that_cannot_be_is_refused(staff_browser, pro, change, errors):
    response = staff_browser.post(page(ApiToken, "add"), token_form(pro, **change))
    assert list(response.context["adminform"].form.errors) == errors
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize("value", ["x", "\0", "9" * 40])
def test_a_form_takes_rubbish_to_begin_with(staff_browser, value):
    statuses = {staff_browser.get(page(m, "add"), {"pro": value}).status_code for m in (ApiToken, User)}
    assert statuses == {200}


def test_bound_staff_issue_tokens_of_their_pro_alone(pro, other):
    client = staff_client("all", pro=pro)
    response = client.post(page(ApiToken, "add"), token_form(other, actor_id="5"))
    assert list(response.context["adminform"].form.errors) == ["pro"]
    client.post(page(ApiToken, "add"), token_form(pro, actor_id="5"))
    assert list(ApiToken.objects.values_list("pro", "actor_id")) == [(pro.pk, None)]


def test_a_token_is_not_edited(staff_browser, pro, other):
    token = token_of(pro)
    before = ApiToken.objects.filter(pk=token.pk).values().get()
    data = token_form(other, name="Changed", scopes=SCOPES, prefix="vst_00000000", _save="Save")
    assert staff_browser.post(page(token, "change"), data).status_code == 302
    assert ApiToken.objects.filter(pk=token.pk).values().get() == before
    assert b'name="_save"' not in staff_browser.get(page(token, "change")).content


def test_tokens_are_revoked_from_the_list(staff_browser, pro):
    tokens = [token_of(pro, name) for name in ("One", "Two", "Three")]
    tokens[2].revoke()
    ended = tokens[2].revoked_at
    data = {"action": "revoke", "_selected_action": [token.pk for token in tokens]}
    response = staff_browser.post(page(ApiToken, "changelist"), data, follow=True)
    assert shown(response) == ["2 tokens are revoked."]
    assert not ApiToken.objects.filter(revoked_at=None).exists()
    assert ApiToken.objects.get(pk=tokens[2].pk).revoked_at == ended
    assert sorted(entry.get_change_message() for entry in LogEntry.objects.all()) == ["Changed revoked at."] * 2


def test_a_token_is_revoked_from_its_page(staff_browser, pro):
    token = token_of(pro)
    content = staff_browser.get(page(token, "change")).content.decode()
    assert '<option value="revoke">Revoke this token</option>' in content
    data = {"CHANGE_FORM-action": "revoke", "_selected_action": token.pk}
    response = staff_browser.post(page(token, "change"), data, follow=True)
    assert shown(response) == ["1 token is revoked."]
    token.refresh_from_db()
    assert token.revoked_at is not None


def test_who_may_only_look_does_not_revoke(pro, other):
    own, foreign = token_of(pro), token_of(other)
    client = staff_client("view_apitoken")
    assert client.post(page(ApiToken, "changelist"), {"action": "revoke", "_selected_action": own.pk}).status_code in (
        200,
        302,
    )
    bound = staff_client("all", pro=pro)
    bound.post(page(ApiToken, "changelist"), {"action": "revoke", "_selected_action": foreign.pk})
    data = {"CHANGE_FORM-action": "revoke", "_selected_action": foreign.pk}
    assert bound.post(page(foreign, "change"), data).status_code == 404
    assert bound.post(page(own, "change"), data).status_code == 400
    assert ApiToken.objects.filter(revoked_at=None).count() == 2


def test_a_list_is_not_filtered_by_hash(staff_browser, pro):
    token = token_of(pro)
    for query in ({"hash": token.hash}, {"hash__startswith": token.hash[:4]}):
        assert staff_browser.get(page(ApiToken, "changelist"), query).status_code == 400


def test_the_list_of_tokens_says_how_they_stand(staff_browser, pro):
    _works, expired, revoked = (token_of(pro, name) for name in ("A", "B", "C"))
    ApiToken.objects.filter(pk=expired.pk).update(expires_at=timezone.now() - timedelta(days=1))
    revoked.revoke()
    tokens = listed(staff_browser, ApiToken)
    state = admin.site.get_model_admin(ApiToken).state
    assert [(t.name, str(state(t))) for t in tokens] == [("C", "Revoked"), ("B", "Expired"), ("A", "Active")]


# --- identity documents --------------------------------------------------------------------------


def review(client: Client, document: IdentityDocument, name: str, **data: str) -> Any:
    return client.post(page(document, name), data, follow=True)


def state_of(document: IdentityDocument) -> tuple[Any, ...]:
    row = IdentityDocument.objects.select_related("pro").get(pk=document.pk)
    return row.state, row.reason, row.reviewed_by, row.pro.is_gated


@pytest.fixture
def gated(db: None) -> Pro:
    return ProFactory(name="Gated", cni_required=True)


def test_a_document_is_approved(staff_browser, staff, gated):
    document = submit(gated)
    response = review(staff_browser, document, "approve")
    assert (shown(response), state_of(document)) == (["Approved."], ("approved", "", staff, False))
    assert [entry.get_change_message() for entry in LogEntry.objects.all()] == ["Changed state."]
    assert b'id="approve"' not in response.content


def test_a_document_is_rejected_with_a_reason(staff_browser, staff, gated):
    document = submit(gated)
    response = review(staff_browser, document, "reject", reason=" It cannot be read. ")
    assert shown(response) == ["Rejected. The pro sees the reason."]
    assert state_of(document) == ("rejected", "It cannot be read.", staff, True)


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("", "This field is required."),
        ("  ", "This field is required."),
        ("a\0b", "Null characters are not allowed."),
        ("x" * 501, "Ensure this value has at most 500 characters (it has 501)."),
    ],
)
def test_a_rejection_needs_a_usable_reason(staff_browser, gated, reason, said):
    document = submit(gated)
    assert shown(review(staff_browser, document, "reject", reason=reason)) == [said]
    assert state_of(document) == ("pending", "", None, True)


def test_a_document_is_reviewed_once(staff_browser, staff, gated):
    document = submit(gated)
    identity_review.approve(document, by=staff)
    said = ["This document is no longer waiting for review."]
    assert shown(review(staff_browser, document, "reject", reason="No.")) == said
    assert shown(review(staff_browser, document, "approve")) == said
    assert state_of(document) == ("approved", "", staff, False)


def test_a_review_is_a_post_with_its_csrf_token(staff_browser, staff, gated):
    document = submit(gated)
    response = staff_browser.get(page(document, "approve"))
    assert (response.status_code, response.headers["Allow"]) == (405, "POST")
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(staff, backend="config.accounts.backends.EmailBackend")
    assert strict.post(page(document, "approve")).status_code == 403
    assert state_of(document)[0] == "pending"


def test_the_page_of_a_waiting_document_has_both_forms(staff_browser, gated):
    document = submit(gated)
    content = staff_browser.get(page(document, "change")).content.decode()
    for name in ("approve", "reject"):
        assert f'<form action="{page(document, name)}" method="post" id="{name}">' in content
    assert f'<a href="{page(document, "file")}">Download the document</a>' in content
    assert b'name="_save"' not in staff_browser.get(page(document, "change")).content


def test_a_documents_fields_are_not_edited(staff_browser, gated):
    document = submit(gated)
    staff_browser.post(page(document, "change"), {"state": "approved", "pro": "", "_save": "Save"})
    assert state_of(document) == ("pending", "", None, True)


def test_waiting_documents_come_first(staff_browser, staff):
    waiting, done = submit(ProFactory(), "waiting.pdf"), submit(ProFactory(), "done.pdf")
    identity_review.approve(done, by=staff)
    assert listed(staff_browser, IdentityDocument) == [waiting, done]
    assert listed(staff_browser, IdentityDocument, state__exact="approved") == [done]


def test_a_documents_file_is_a_download_that_can_do_nothing(staff_browser, gated):
    response = staff_browser.get(page(submit(gated, "my card.pdf"), "file"))
    assert (response.status_code, b"".join(response.streaming_content)) == (200, PDF)
    names = ["Content-Type", "Content-Disposition", "X-Content-Type-Options", "Content-Security-Policy"]
    assert [response.headers[name] for name in names] == [
        "application/pdf",
        'attachment; filename="my card.pdf"',
        "nosniff",
        "sandbox; default-src 'none'",
    ]


def test_a_file_that_is_gone_is_404(staff_browser, gated):
    document = submit(gated)
    document.file.storage.delete(document.file.name)
    assert staff_browser.get(page(document, "file")).status_code == 404


def own_pages(document: IdentityDocument) -> list[str]:
    return [page(document, name) for name in ("file", "approve", "reject")]


def answers(client: Client, document: IdentityDocument) -> list[int]:
    file, *posts = own_pages(document)
    return [client.get(file).status_code, *(client.post(path, {"reason": "No."}).status_code for path in posts)]


def test_who_may_review_and_download(pro, other):
    own, foreign = submit(pro), submit(other)
    assert answers(staff_client(), own) == [403, 403, 403]
    assert answers(staff_client("view_identitydocument"), own) == [200, 403, 403]
    bound = staff_client("all", pro=pro)
    # Staff of a Pro do not lift their own gate.
    assert answers(bound, own) == [200, 403, 403]
    assert answers(bound, foreign) == [404, 404, 404]
    assert answers(Client(), own) == [302, 302, 302]
    assert (state_of(own)[0], state_of(foreign)[0]) == ("pending", "pending")
    assert answers(staff_client("change_identitydocument"), foreign) == [200, 302, 302]
    assert state_of(foreign)[0] == "approved"


def test_nobody_adds_a_document(pro):
    assert staff_client(is_superuser=True).get(page(IdentityDocument, "add")).status_code == 403


@pytest.mark.parametrize("way", ["page", "list"])
def test_a_deleted_document_leaves_no_file(staff_browser, gated, way, django_capture_on_commit_callbacks):
    document = submit(gated)
    data = {"post": "yes", "action": "delete_selected", "_selected_action": document.pk}
    path = page(document, "delete") if way == "page" else page(IdentityDocument, "changelist")
    with django_capture_on_commit_callbacks(execute=True):
        assert staff_browser.post(path, data).status_code == 302
    assert not IdentityDocument.objects.exists()
    assert not document.file.storage.exists(document.file.name)
