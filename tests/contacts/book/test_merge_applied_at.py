"""The time of application after a merge and its undo."""

from datetime import UTC, datetime

import pytest

from contacts.book.merging import (
    merge_contacts,
    undo_merge,
)
from contacts.models import Contact

FIRST, SECOND = (datetime(2026, 2, day, tzinfo=UTC) for day in (10, 11))


def applied(contact, at):
    """Make a contact an applicant since `at`."""
    contact.status, contact.applied_at = "applicant", at
    contact.save()
    return contact


@pytest.mark.parametrize(
    ("own", "others", "copy_fields", "expected"),
    [
        (SECOND, FIRST, (), ("applicant", FIRST)),
        (SECOND, FIRST, ("status",), ("applicant", FIRST)),
        (FIRST, SECOND, (), ("applicant", FIRST)),
        (FIRST, None, (), ("applicant", FIRST)),
        (None, FIRST, ("status",), ("applicant", FIRST)),
        (None, FIRST, (), ("prospect", None)),
        (FIRST, None, ("status",), ("prospect", None)),
    ],
)
def test_the_first_application_counts(anna, anne, user, own, others, copy_fields, expected):
    for contact, at in ((anna, own), (anne, others)):
        if at:
            applied(contact, at)
    merge = merge_contacts(anna, anne, copy_fields=copy_fields, by=user)
    stored = Contact.objects.get(pk=anna.pk)
    assert (stored.status, stored.applied_at) == expected
    assert "applied_at" not in anna.events.last().changes
    undo_merge(merge, by=user)
    for contact, at in ((anna, own), (anne, others)):
        stored = Contact.objects.get(pk=contact.pk)
        assert (stored.status, stored.applied_at) == ("applicant" if at else "prospect", at)
