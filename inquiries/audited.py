"""Names of this app's rows in the audit."""

from django.urls import reverse

from config.accounts.audit_list import RowName
from config.accounts.models import Pro

from .models import Attachment, ProfileReading


def find_names(label: str, pro: Pro, ids: list[str]) -> dict[str, RowName]:
    """Attachments, and the customers whose profile was given; see `config.accounts.audit_list.NameFinder`."""
    if label == "inquiries.attachment":
        rows = Attachment.objects.for_pro(pro).filter(pk__in=ids)
        pages = {row: reverse("inquiries:inquiry_detail", args=[row.inquiry_id]) for row in rows}
        return {str(row.pk): RowName(row.filename, url) for row, url in pages.items()}
    if label == "inquiries.profilereading":
        given = ProfileReading.objects.for_pro(pro).filter(pk__in=ids)
        return {str(row.pk): RowName(f"UserHub {row.user_id}") for row in given}
    return {}
