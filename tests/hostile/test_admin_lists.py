"""The lists of the admin: every field of every model in every kind of filter, and selections that are none."""

from typing import Any

from django.contrib.admin import site
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.db import transaction
from django.test import Client, RequestFactory

from ..access.test_admin import row_of
from ..admin_site import HOSTILE, page, staff_client
from .attack import totals
from .corpus import STRINGS, Chosen

LOOKUPS = {lookup: lookup for lookup in ("", "__in", "__gte", "__year", "__isnull", "__contains")}
OTHERS = ["q", "p", "o", "e", "_to_field", "nothing\0"]
REFUSED = ({"q": "\0"}, {"_to_field": "x"}, {"pk": "x"})


def accepts(client: Client, model: Any, query: dict[str, str]) -> bool:
    """True if the list accepts this query, False if it refuses it. Anything that would be a 500 is raised."""
    request = RequestFactory().get(page(model, "changelist"), query)
    request.user = client.user  # type: ignore[attr-defined]
    totals["requests"] += 1
    try:
        # As in production, where a request is no transaction: what the database refuses leaves nothing behind.
        with transaction.atomic():
            list(site.get_model_admin(model).get_changelist_instance(request).result_list)
    except (IncorrectLookupParameters, SuspiciousOperation, BadRequest):
        return False
    except Exception as error:
        error.add_note(f"{model.__name__}: {query}"[:300])
        raise
    return True


def test_no_filter_of_any_list_is_a_fault(rows):
    """The list reads every value. Around it the page is rendered for all that is accepted of one value at once."""
    client, chosen, lookups = staff_client("all", is_superuser=True), Chosen(STRINGS, 4), Chosen(LOOKUPS, len(LOOKUPS))
    for model in site._registry:
        names = [field.name for field in model._meta.concrete_fields]
        keys = [*OTHERS, *(f"{name}{lookup}" for name in names for lookup, _ in lookups())]
        for label, text in chosen():
            accepted = {key: text for key in keys if accepts(client, model, {key: text})}
            response = client.get(page(model, "changelist"), accepted)
            assert response.status_code in (200, 302), (model, label, list(accepted))
        assert [client.get(page(model, "changelist"), query).status_code for query in REFUSED] == [302, 400, 302], model


def test_no_selection_of_any_list_is_a_fault(rows):
    client, chosen = staff_client("all", is_superuser=True), Chosen(dict(enumerate(HOSTILE)), 4)
    for model in site._registry:
        row = row_of(model, rows)
        for _, text in chosen():
            data = {"action": "delete_selected", "_selected_action": text, "post": "yes"}
            assert client.post(page(model, "changelist"), data).status_code in (200, 302, 400), (model, text)
        assert row is None or type(row)._default_manager.filter(pk=row.pk).exists()
