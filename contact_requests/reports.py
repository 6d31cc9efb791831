"""Names of properties in the reports, see `contacts.reports.names`."""

from collections.abc import Collection

from django.utils.translation import gettext as _

from config.accounts.models import Pro

from .models import Property
from .models.request import CONTACT_FORM


def name_values(pro: Pro, dimension: str, values: Collection[str]) -> dict[str, str]:
    """The titles of this Pro's properties among these ids, and the form as a source."""
    if dimension == "source":
        return {CONTACT_FORM: _("Form of the property's page")}
    rows = Property.objects.for_pro(pro).filter(pk__in=values) if dimension == "property" else Property.objects.none()
    return {str(id): title for id, title in rows.values_list("pk", "title")}
