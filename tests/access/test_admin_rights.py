"""The staff admin: inline forms with rows of others, superusers, and staff who may look and no more."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission

from config.accounts.models import Pro
from config.web.admin import ReadOnlyInline
from contact_requests.models import PropertyNumber

from ..admin_site import page, staff_client
from ..factories import UserFactory
from .admin_fields import CHANGEABLE, FOR_SUPERUSERS
from .conftest import SECRET
from .matrix import outcome, sign_in, text_of, undone
from .test_admin import MODELS, changed, is_moved, model_pages, row_of, try_to_change


def writable_inlines() -> list[tuple[Any, Any]]:
    """(model, inline) of every inline form that is not for reading alone."""
    return [
        (model, inline)
        for model, options in admin.site._registry.items()
        for inline in options.inlines
        if not issubclass(inline, ReadOnlyInline)
    ]


def posted_row(response: Any, inline: Any, row: Any, **more: str) -> dict[str, Any]:
    """The fields of a page with one row in its inline form, every field of it changed."""
    (formset,) = [f.formset for f in response.context["inline_admin_formsets"] if f.formset.model is inline.model]
    form = response.context["adminform"].form
    kept = {name: form[name].value() for name in form.fields}
    data = {name: value for name, value in kept.items() if value not in (None, False)}
    fields = {f.name: changed(f, row, {}) for f in inline.model._meta.concrete_fields if not f.is_relation}
    first = {**fields, "id": row.pk, **more}
    data |= {f"{formset.prefix}-0-{name}": value for name, value in first.items()}
    return {**data, f"{formset.prefix}-TOTAL_FORMS": 1, f"{formset.prefix}-INITIAL_FORMS": 1}


def test_inline_forms_reach_no_row_of_another_parent(rows, own):
    wrong, tried, before = [], 0, rows.stored()
    for model, inline in writable_inlines():
        (parent_field,) = [f for f in inline.model._meta.fields if f.related_model is model]
        parent = own.get(model) or model._default_manager.order_by("pk").last()
        foreign = inline.model._default_manager.exclude(**{parent_field.name: parent})
        row = foreign.filter(**{parent_field.name: rows[model]}).first() if model in rows else foreign.first()
        stored = inline.model._default_manager.order_by("pk").values()
        rows_before = list(stored.all())
        for client in (staff_client("all", pro=own[Pro]), staff_client("all")):
            response = client.get(page(parent, "change"))
            if response.status_code != 200 or not response.context["has_change_permission"]:
                continue
            for more in ({}, {"DELETE": "on"}, {parent_field.name: str(parent.pk)}):
                tried += 1
                with undone():
                    answer = client.post(page(parent, "change"), posted_row(response, inline, row, **more))
                    if list(stored.filter(pk=row.pk)) != [each for each in rows_before if each["id"] == row.pk]:
                        wrong.append(f"{inline.__name__} {more}: changed")
                    if client.user.pro_id and SECRET in text_of(answer):  # type: ignore[attr-defined]
                        wrong.append(f"{inline.__name__} {more}: tells of another Pro")
        assert list(stored.all()) == rows_before
    assert (wrong, {inline.__name__ for _model, inline in writable_inlines()}) == ([], {"NumberInline", "StepInline"})
    assert (tried, rows.stored()) == (9, before)


def test_an_inline_row_is_closed_to_staff_with_the_rights_for_its_parent_alone(own):
    client = staff_client("view_property", "change_property", "view_propertynumber")
    row = PropertyNumber.objects.filter(property__pro=own[Pro]).get()
    response = client.get(page(row.property, "change"))
    inline = next(inline for _model, inline in writable_inlines() if inline.model is type(row))
    before = list(type(row)._default_manager.order_by("pk").values())
    for more in ({}, {"DELETE": "on"}, {"id": ""}):
        with undone():
            client.post(page(row.property, "change"), posted_row(response, inline, row, **more))
            assert list(type(row)._default_manager.order_by("pk").values()) == before


@pytest.mark.thorough
def test_staff_who_may_only_look_change_nothing(rows, own):
    wrong, before = [], rows.stored()
    staff = UserFactory(pro=None, is_staff=True)
    staff.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    client = sign_in(staff)
    for model in MODELS:
        row = row_of(model, rows)
        if row is None:
            continue
        fields = [f for f in model._meta.concrete_fields if not f.primary_key]
        data: dict[str, Any] = {f.name: changed(f, row, own) for f in fields}
        options = admin.site.get_model_admin(model)
        actions = ["delete_selected", *(getattr(action, "__name__", str(action)) for action in options.actions or ())]
        chosen = {"_selected_action": [row.pk], "post": "yes"}
        tries = [(page(row, "change"), data), (page(row, "delete"), {"post": "yes"}), (page(model, "add"), data)]
        tries += [(page(model, "changelist"), {**chosen, "action": action}) for action in actions]
        for path, sent in tries:
            response = client.post(path, sent)
            if not path.endswith(page(model, "changelist")) and outcome(response) != 403:
                wrong.append(f"POST {path}: {outcome(response)}")
    assert wrong == [], "\n".join(wrong)
    assert rows.stored() == before


@pytest.mark.thorough
def test_superusers_open_every_page_and_change_what_is_stated_alone(rows, own):
    wrong, before = [], rows.stored()
    boss = UserFactory(pro=None, is_staff=True, is_superuser=True)
    client = sign_in(boss)
    for model, path in model_pages(rows):
        # Each of the staff finds the export that they asked for.
        is_missing = path.endswith("/privacy/file/") or (row_of(model, rows) is None and "/1/" in path)
        with undone():
            response = client.get(path)
            expected = {404} if is_missing else {200, 302, 403}
            if outcome(response) not in expected and not is_moved("GET", response):
                wrong.append(f"GET {path}: {outcome(response)}")
    for model in MODELS:
        if (row := row_of(model, rows)) is None:
            continue
        fields, changes = try_to_change(client, row, own)
        if fields != CHANGEABLE.get(model.__name__, set()) | FOR_SUPERUSERS.get(model.__name__, set()):
            wrong.append(f"{model.__name__}: {sorted(fields)}")
        if changes - {"updated_at"}:
            wrong.append(f"{model.__name__}: a form with other fields changes {sorted(changes)}")
    assert wrong == [], "\n".join(wrong)
    assert rows.stored() == before
