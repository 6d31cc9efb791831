"""The staff admin as tests use it, and the rules that hold for every model in it."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import Permission
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from config.accounts.models import Pro

from .conftest import new_session
from .factories import UserFactory
from .pages import Page


def page(row: Model | type[Model], name: str, **more: Any) -> str:
    """The address of an admin page; of a row, or of a model."""
    args = [row.pk] if isinstance(row, Model) else []
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{name}", args=args, **more)


def staff_client(*permissions: str, pro: Pro | None = None, **fields: Any) -> Client:
    """Staff with these permissions ("view_pro", …; "all" for every one), bound to `pro` if one is given."""
    user = UserFactory(pro=pro, is_staff=True, **fields)
    known = Permission.objects.all()
    user.user_permissions.set(known if permissions == ("all",) else known.filter(codename__in=permissions))
    client = Client(raise_request_exception=False)
    client.cookies[settings.SESSION_COOKIE_NAME] = new_session(user)
    client.user = user  # type: ignore[attr-defined]
    return client


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
    """A list of 50 rows, each with related rows of its own, takes as many queries as a list of one."""
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
    """Bound staff with every permission see their Pro's row, and nothing of another Pro's row at any address."""
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
    """Staff without the permission get 403; everybody else has to sign in as staff."""
    stored = type(row)._default_manager.filter(pk=row.pk).values()
    before = stored.get()
    client = staff_client()
    paths = [page(row, name) for name in ("change", "delete", "history")]
    paths += [page(type(row), name) for name in ("changelist", "add")]
    assert [client.get(path).status_code for path in paths] == [403] * 5
    outsider = Client()
    assert [outsider.get(path).headers["Location"] for path in paths] == [f"/sign-in?next={path}" for path in paths]
    viewer = staff_client(f"view_{row._meta.model_name}")
    assert [viewer.get(path).status_code for path in paths] == [200, 403, 200, 200, 403]
    assert viewer.post(page(row, "change"), {}).status_code == 403
    assert stored.all().get() == before


HOSTILE = ["\0", "a\0b", "'\"", "\\", "\u202e\ufeff", "9" * 400, "-1", "NaN", "["]


def assert_no_regular_expressions(model: type[Model], field: str) -> None:
    client = staff_client("all")
    for lookup in ("regex", "iregex"):
        response = client.get(page(model, "changelist"), {f"{field}__{lookup}": "("})
        assert Page(response, 400).one("h1").text == "That request could not be read"


def autocomplete(client: Client, model: str, field: str, term: str = "") -> Any:
    app, _, name = model.partition(".")
    query = {"app_label": app, "model_name": name, "field_name": field, "term": term}
    return client.get("/admin/autocomplete/", query)
