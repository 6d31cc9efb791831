"""Indexes of the lists of contacts."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from .order import LAST_WORD, NameKey

PRESENT = Q(deleted_at__isnull=True)

# Lists leave out archived contacts and so do their indexes, so that a count reads the index alone.
INDEXES = [
    models.Index(fields=["pro", "-created_at", "-id"], condition=PRESENT, name="contact_newest"),
    models.Index(fields=["pro", "status", "-created_at", "-id"], condition=PRESENT, name="contact_by_status"),
    models.Index(fields=["pro", "-updated_at", "-id"], condition=PRESENT, name="contact_last_changed"),
    models.Index("pro", NameKey("search_text"), "id", condition=PRESENT, name="contact_by_name"),
    models.Index("pro", LAST_WORD.desc(), models.F("id").desc(), condition=PRESENT, name="contact_by_last_word"),
    models.Index(fields=["pro", "-created_at", "-id"], condition=~PRESENT, name="contact_archived"),
    models.Index(fields=["pro", "updated_at", "id"], condition=~PRESENT, name="contact_gone"),
    models.Index(
        fields=["pro", "-last_word_at", "-id"],
        condition=PRESENT & Q(last_word_at__isnull=False),
        name="contact_last_word_at",
    ),
    models.Index("pro", Lower("email"), condition=PRESENT, name="contact_email"),
    models.Index(fields=["pro", "phone"], condition=PRESENT, name="contact_phone"),
    models.Index(fields=["-created_at", "-id"], name="contact_of_all_pros"),
    models.Index(fields=["assigned_to"], name="contact_assigned_to", condition=Q(assigned_to__isnull=False)),
    models.Index(fields=["merged_into"], name="contact_merged_into", condition=Q(merged_into__isnull=False)),
]
