"""The forms of an inquiry in the staff admin."""

from inquiries.models import Inquiry, InquiryHistory

INLINES = {
    f"{name}-{count}_FORMS": "0" for name in ("history", "offers", "attachments") for count in ("TOTAL", "INITIAL")
}


def history(inquiry):
    """The history rows after the first one."""
    rows = InquiryHistory.objects.filter(inquiry=inquiry)
    return list(rows.values_list("from_status", "to_status", "by_name", "note"))[1:]


def facts(inquiry):
    """The whole row, without `updated_at`."""
    row = Inquiry.objects.filter(pk=inquiry.pk).values().get()
    row.pop("updated_at")
    return row


def form(inquiry, **changes):
    data = {"category": inquiry.category, "priority": inquiry.priority, "case_id": inquiry.case_id or ""}
    data["initial-case_id"] = data["case_id"]
    return data | {"contact": inquiry.contact_id or ""} | INLINES | changes
