"""Names of inquiry types in the reports, see `contacts.reports.names`."""

from collections.abc import Collection

from config.accounts.models import Pro

from .models import InquiryType
from .translations import pipeline_label


def name_values(pro: Pro, dimension: str, values: Collection[str]) -> dict[str, str]:
    """The names of types, which are everybody's, among these ids."""
    rows = InquiryType.objects.filter(pk__in=values) if dimension == "type" else InquiryType.objects.none()
    return {str(id): pipeline_label(name) for id, name in rows.values_list("pk", "name")}
