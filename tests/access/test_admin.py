"""The staff admin: who opens which address, and what a changed form may change."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.auth.models import Permission
from django.db import models
from django.test import Client
from django.urls import reverse

from config.accounts.admin.tenancy import InstallationAdmin
from config.accounts.models import Pro, User

from ..admin_site import page, staff_client
from ..factories import UserFactory
from .admin_fields import CHANGEABLE, OWN_ACCOUNT, STAFF_ACCOUNT
from .conftest import SECRET
from .expectations import METHODS
from .matrix import addresses, outcome, sign_in, text_of, undone
from .rows import Rows

# Not pages of a model: the site's own, sign-in, and what is no address at all.
SITE = {
    "admin/": "",
    "admin/login/": "login/",
    "admin/logout/": "logout/",
    "admin/password_change/": "password_change/",
    "admin/password_change/done/": "password_change/done/",
    "admin/autocomplete/": "autocomplete/",
    "admin/jsi18n/": "jsi18n/",
    "admin/r/<path:rest>": "r/1/1/",
    "admin/r/<path:content_type_id>/<path:object_id>/": "r/1/1/",
}
OPEN = {"admin/login/", "admin/r/<path:rest>", "admin/r/<path:content_type_id>/<path:object_id>/"}
MODELS = list(admin.site._registry)


def row_of(model: Any, rows: Rows) -> Any:
    """A row of the Pro, or of the installation."""
    return rows.get(model) or model._default_manager.first()


def model_pages(rows: Rows) -> Iterator[tuple[Any, str]]:
    """(model, path) of every address of every model in the admin."""
    for model in MODELS:
        prefix = f"admin/{model._meta.app_label}/{model._meta.model_name}/"
        row = row_of(model, rows)
        for address in addresses():
            if address.startswith(prefix):
                start, found, rest = address.removeprefix(prefix).partition("<")
                id = str(row.pk) if row else "1"
                yield model, f"/{prefix}{start}{id if found else ''}{rest.partition('>')[2]}"


def is_moved(method: str, response: Any) -> bool:
    """True for an address without a page of its own by this method."""
    if outcome(response) == 302:
        return bool(response["Location"].endswith("/change/"))
    return method == "GET" and response.status_code == 405


def is_refused(method: str, response: Any) -> bool:
    return response.status_code == 403 or is_moved(method, response)


def test_every_address_of_the_admin_is_of_the_site_or_of_a_model(rows):
    prefixes = tuple(f"admin/{m._meta.app_label}/{m._meta.model_name}/" for m in MODELS)
    others = {a for a in addresses() if a.startswith("admin/") and not a.startswith(prefixes)}
    assert {address for address in others if "(?P<" not in address} == set(SITE)


@pytest.mark.thorough
def test_nobody_and_people_without_the_right_open_nothing(rows):
    wrong, pages = [], [path for _model, path in model_pages(rows)]
    nobody, owner, staff = Client(), sign_in(rows[User]), sign_in(UserFactory(pro=None, is_staff=True))
    for path in ["/admin/" + SITE[a] for a in SITE if a not in OPEN] + pages:
        found = {method: outcome(nobody.generic(method, path)) for method in METHODS}
        wrong += [f"nobody: {method} {path}: {answer}" for method, answer in found.items() if answer != "sign-in"]
    for path in pages:
        for method in ("GET", "POST"):
            for name, client, expected in (("owner", owner, "admin sign-in"), ("staff", staff, 403)):
                response = client.generic(method, path)
                if outcome(response) != expected and not (name == "staff" and is_refused(method, response)):
                    wrong.append(f"{name}: {method} {path}: {outcome(response)}")
                if name == "staff" and SECRET in text_of(response):
                    wrong.append(f"{name}: {method} {path} tells of a Pro")
    assert wrong == [], "\n".join(wrong)


@pytest.mark.thorough
def test_a_model_is_closed_to_staff_with_the_rights_for_all_others(rows):
    wrong, before = [], rows.stored()
    staff = UserFactory(pro=None, is_staff=True)
    every = list(Permission.objects.values_list("pk", "content_type__app_label", "content_type__model"))
    client, last = sign_in(staff), None
    for model, path in model_pages(rows):
        if model is not last:
            own = (model._meta.app_label, model._meta.model_name)
            staff.user_permissions.set([pk for pk, *about in every if tuple(about) != own])
            last = model
        for method in ("GET", "POST"):
            response = client.generic(method, path)
            if not is_refused(method, response):
                wrong.append(f"{method} {path}: {outcome(response)}")
    assert wrong == [], "\n".join(wrong)
    assert rows.stored() == before


@pytest.mark.thorough
def test_staff_of_another_pro_with_every_right_meet_none_of_its_rows(rows, own):
    wrong, before = [], rows.stored()
    client = staff_client("all", pro=own[Pro])
    for model, path in model_pages(rows):
        is_hidden = isinstance(admin.site.get_model_admin(model), InstallationAdmin)
        names_row = model in rows and str(rows[model].pk) in path
        for method in ("GET", "POST"):
            with undone():
                response = client.generic(method, path)
                expected = {403} if is_hidden else {404} if names_row else {200, 302, 403}
                if outcome(response) not in expected and not is_moved(method, response):
                    wrong.append(f"{method} {path}: {outcome(response)}")
                if SECRET in text_of(response):
                    wrong.append(f"{method} {path} tells of another Pro")
    assert wrong == [], "\n".join(wrong)
    assert rows.stored() == before


def test_actions_and_autocompletes_reach_no_row_of_another_pro(rows, own):
    wrong, before = [], rows.stored()
    client = staff_client("all", pro=own[Pro])
    for model, options in admin.site._registry.items():
        if model in rows:
            ids = {ACTION_CHECKBOX_NAME: [rows[model].pk], "post": "yes"}
            for action in ["delete_selected", *(getattr(a, "__name__", str(a)) for a in options.actions or ())]:
                with undone():
                    response = client.post(page(model, "changelist"), {**ids, "action": action})
                    if SECRET in text_of(response) or rows.stored() != before:
                        wrong.append(f"{action} of {model.__name__}")
        for field in model._meta.fields:
            if field.related_model in rows:
                named = {"app_label": model._meta.app_label, "model_name": model._meta.model_name}
                query = {**named, "field_name": field.name, "term": SECRET}
                response = client.get(reverse("admin:autocomplete"), query)
                found = response.json()["results"] if response.status_code == 200 else []
                if found or SECRET in text_of(response):
                    wrong.append(f"autocomplete of {model.__name__}.{field.name}: {found}")
    assert wrong == [], "\n".join(wrong)


def changed(field: Any, row: Any, own: Rows) -> Any:
    """Another value than the row has, as a form sends it."""
    if field.is_relation:
        other = own.get(field.related_model) or field.related_model._default_manager.last()
        return other.pk if other else ""
    if isinstance(field, models.BooleanField):
        return "" if getattr(row, field.name) else "on"
    if isinstance(field, models.JSONField):
        return "contacts:read"
    return "7" if isinstance(field, models.IntegerField) else "changed"


def values_of(row: Any) -> dict[str, Any]:
    stored = type(row)._default_manager.filter(pk=row.pk).values().get()
    related = {f.name: set(getattr(row, f.name).values_list("pk", flat=True)) for f in row._meta.many_to_many}
    return {**stored, **related}


def try_to_change(client: Client, row: Any, own: Rows) -> tuple[set[str], set[str]]:
    """(fields of the form, fields that a form with all other fields changed)."""
    response, before = client.get(page(row, "change")), values_of(row)
    shown = response.context["adminform"]
    is_open, named = response.context["has_change_permission"], set(flatten_fieldsets(shown.fieldsets))
    fields = named & set(shown.form.fields) - set(shown.readonly_fields) if is_open else set()
    kept = {name: shown.form[name].value() for name in fields}
    others = [f for f in [*row._meta.concrete_fields, *row._meta.many_to_many] if f.name not in fields]
    data = {f.name: changed(f, row, own) for f in others if not getattr(f, "primary_key", False)}
    data |= {name: value for name, value in kept.items() if value not in (None, False)}
    with undone():
        response = client.post(page(row, "change"), {**data, **inline_data(response)})
        assert response.status_code in (200, 302, 403), (row, response.status_code)
        after = values_of(row) if type(row)._default_manager.filter(pk=row.pk).exists() else {}
    return fields, {name for name in before if before[name] != after.get(name)}


def inline_data(response: Any) -> dict[str, Any]:
    """The management forms of the page's inlines, with no row in them."""
    formsets = response.context["inline_admin_formsets"]
    zero = {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0}
    return {f"{f.formset.prefix}-{name}": number for f in formsets for name, number in zero.items()}


def test_a_changed_form_changes_what_is_stated_alone(rows, own):
    wrong = []
    for model in MODELS:
        row = row_of(model, rows)
        if row is None:
            continue
        client = staff_client(f"view_{model._meta.model_name}", f"change_{model._meta.model_name}")
        fields, changes = try_to_change(client, row, own)
        if fields != CHANGEABLE.get(model.__name__, set()):
            wrong.append(f"{model.__name__}: {sorted(fields)}")
        if changes - {"updated_at"}:
            wrong.append(f"{model.__name__}: a form with other fields changes {sorted(changes)}")
    assert wrong == [], "\n".join(wrong)


def test_staff_who_may_change_users_give_nobody_rights(rows, own):
    me = staff_client("view_user", "change_user")
    colleague = UserFactory(pro=None, is_staff=True)
    boss = UserFactory(pro=None, is_staff=True, is_superuser=True)
    found = {
        name: try_to_change(me, user, own) for name, user in (("me", me.user), ("staff", colleague), ("boss", boss))
    }  # type: ignore[attr-defined]
    assert found == {"me": (OWN_ACCOUNT, set()), "staff": (STAFF_ACCOUNT, set()), "boss": (STAFF_ACCOUNT, set())}
    for user in (colleague, boss):
        path = reverse("admin:auth_user_password_change", args=[user.pk])
        given = {"password1": "quite another secret", "password2": "quite another secret", "set-password": "1"}
        before = values_of(user)
        assert (me.post(path, given).status_code, values_of(user)) == (403, before)
