from typing import ClassVar

from django.db import models

from config.accounts.models import Pro, TenantQuerySet
from config.counts.counted import CountedTable
from config.counts.models import KeptCount


class ContactCount(KeptCount):
    """Number of a Pro's contacts by what lists are filtered by."""

    class State(models.TextChoices):
        PRESENT = "present"
        ARCHIVED = "archived"
        MERGED = "merged"

    pro = models.ForeignKey(Pro, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    state = models.CharField(max_length=10, choices=State)
    status = models.CharField(max_length=20)
    role = models.CharField(max_length=20)
    channel_preference = models.CharField(max_length=20)

    objects = TenantQuerySet["ContactCount"].as_manager()
    counted: ClassVar = CountedTable(
        table="contacts_contact",
        counts="contacts_contactcount",
        groups={
            "state": "(CASE WHEN {row}.merged_into_id IS NOT NULL THEN 'merged'"
            " WHEN {row}.deleted_at IS NOT NULL THEN 'archived' ELSE 'present' END)",
            "status": "{row}.status",
            "role": "{row}.role",
            "channel_preference": "{row}.channel_preference",
        },
    )

    class Meta:
        indexes = [
            models.Index(fields=["pro", "state", "status", "role", "channel_preference"], name="contact_count_of_pro"),
            models.Index(fields=["pro"], condition=models.Q(is_delta=True), name="contact_count_delta"),
        ]

    def __str__(self) -> str:
        return f"{self.n} {self.state} {self.status} {self.role}"
