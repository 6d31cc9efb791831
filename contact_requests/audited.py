"""Names of this app's rows in the audit, and what the words of its events mean."""

from django.utils.translation import gettext_lazy as _

from config.accounts.audit_list import RowName
from config.accounts.models import Pro
from config.audit.kinds import Kind

from .desk import thread_url
from .models import ContactRequest, Property

DETAILS = {Kind.SETTINGS_CHANGED: {"office_page": _("page of an office"), "form_key": _("new key for forms")}}


def find_names(label: str, pro: Pro, ids: list[str]) -> dict[str, RowName]:
    """Contact requests and properties; see `config.accounts.audit_list.NameFinder`."""
    if label == "contact_requests.property":
        properties = Property.objects.for_pro(pro).filter(pk__in=ids)
        return {
            str(row.pk): RowName(row.title, row.get_absolute_url() if row.is_published else "") for row in properties
        }
    if label != "contact_requests.contactrequest":
        return {}
    rows = ContactRequest.objects.for_pro(pro).filter(pk__in=ids, quarantined_at=None)
    return {str(row.pk): RowName(row.name, thread_url(row)) for row in rows}
