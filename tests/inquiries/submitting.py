"""Submits an inquiry as the page and the API do."""

from inquiries.submission import prepare

DEFAULTS = {
    "user_id": 456,
    "created_by": None,
    "subject": "Verbouwing keuken",
    "message": "Graag een offerte.",
    "category": "",
    "budget": None,
    "priority": "normal",
    "source": "",
}


def submit(pro, *, by=None, inquiry_type_id=None, filter_option_ids=(), **fields):
    """The stored inquiry of the customer 456, with these fields instead of the defaults."""
    fields = {**DEFAULTS, **fields}
    submission = prepare(pro, fields, by=by, inquiry_type_id=inquiry_type_id, filter_option_ids=filter_option_ids)
    return submission.save(by=by)
