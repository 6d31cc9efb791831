"""Names of endpoints in the audit."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from config.accounts.audit_list import RowName
from config.accounts.models import Pro
from config.audit.kinds import Kind

from .models import Endpoint

# A change names the fields; `off` and why stand for one that was switched off by itself.
DETAILS = {
    Kind.ENDPOINT_CHANGED: {"secret": _("secret"), "off": _("Switched off"), **dict(Endpoint.Problem.choices)},
}


def find_names(label: str, pro: Pro, ids: list[str]) -> dict[str, RowName]:
    """Endpoints; see `config.accounts.audit_list.NameFinder`."""
    if label != "events.endpoint":
        return {}
    rows = Endpoint.objects.for_pro(pro).filter(pk__in=ids)
    return {str(row.pk): RowName(str(row), reverse("events:endpoint", args=[row.pk])) for row in rows}
