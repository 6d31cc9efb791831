"""Indexes of the lists of who waits, was put off, and is done."""

from django.db import models
from django.db.models import Q

# In the list: not ended, and not put off to a later time.
LISTED = Q(ended_at__isnull=True, later_until__isnull=True)
# Comes back when the contact writes again.
PUT_OFF = Q(ended_at__isnull=True) & (Q(kind="reminder") | Q(later_until__isnull=False))

INDEXES = [
    # With the contact, people are counted in the index alone.
    models.Index(fields=["pro", "-is_returned", "since", "id", "contact"], condition=LISTED, name="waiting_list"),
    # An index of the assignee alone would be taken for it, and its rows sorted; so deleting a user reads the table.
    models.Index(
        fields=["pro", "assigned_to", "-is_returned", "since", "id", "contact"],
        condition=LISTED & Q(assigned_to__isnull=False),
        name="waiting_of_assignee",
    ),
    # Its own, as PostgreSQL sorts what it reads by "IS NULL" of an index of both.
    models.Index(
        fields=["pro", "-is_returned", "since", "id", "contact"],
        condition=LISTED & Q(assigned_to__isnull=True),
        name="waiting_of_nobody",
    ),
    models.Index(fields=["contact", "-is_returned", "since", "id"], condition=LISTED, name="waiting_of_contact"),
    # Answered offers are told of above the list.
    models.Index(fields=["pro", "-since"], condition=LISTED & Q(kind="offer"), name="waiting_offers"),
    models.Index(fields=["contact", "-since", "-id"], name="waiting_all_of_contact"),
    models.Index(
        fields=["pro", "later_until", "id", "contact"],
        condition=Q(ended_at__isnull=True, later_until__isnull=False),
        name="waiting_later",
    ),
    models.Index(
        fields=["contact", "later_until", "id"],
        condition=Q(ended_at__isnull=True, later_until__isnull=False),
        name="waiting_later_of_contact",
    ),
    # Asked for whenever a contact writes, who may have thousands of others.
    models.Index(fields=["contact"], condition=PUT_OFF, name="waiting_put_off"),
    models.Index(
        fields=["later_until"],
        condition=Q(ended_at__isnull=True, later_until__isnull=False),
        name="waiting_due",
    ),
    models.Index(fields=["pro", "-ended_at", "-id"], condition=Q(ended_at__isnull=False), name="waiting_done"),
    # The reports read days.
    models.Index(fields=["pro", "since", "id"], name="waiting_arrived"),
]
