"""Submits an inquiry as the page and the API do."""

import pytest
from django.core.exceptions import ValidationError
from django_tasks_db.models import DBTaskResult

from contacts.models import Contact
from inquiries.models import DirectoryUser, Inquiry
from inquiries.submission import prepare

PATH = "/api/inquiries"
NEW = {"user_id": 456, "subject": "Verbouwing keuken", "message": "Graag een offerte."}
DEFAULTS = {
    **NEW,
    "created_by": None,
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


def jobs():
    """[(name, arguments)] of the queued jobs, by name."""
    rows = DBTaskResult.objects.order_by("enqueued_at", "pk").values_list("task_path", "args_kwargs")
    return sorted((path.rpartition(".")[2], data["args"]) for path, data in rows)


def faults(pro, **fields):
    """Asserts that the submission is refused and leaves nothing; returns {field: messages}."""
    with pytest.raises(ValidationError) as raised:
        submit(pro, **fields)
    assert not Inquiry.objects.exists() and not Contact.objects.exists() and not DBTaskResult.objects.exists()
    return raised.value.message_dict


@pytest.fixture
def people(shipped):
    """The directory users of the documented examples; one of them a user of the Pro."""
    for id, name in ((123, "Jan"), (456, "Maria"), (789, "Anna")):
        DirectoryUser.objects.create(userhub_id=id, first_name=name, email=f"{name.lower()}@example.org")
