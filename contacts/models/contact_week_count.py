from typing import ClassVar, Self

from django.db import models

from config.accounts.models import Pro, TenantQuerySet
from config.counts.counted import CountedTable
from config.counts.models import KeptCount
from config.counts.weeks import WEEK


class ContactWeekCountQuerySet(TenantQuerySet["ContactWeekCount"]):
    def of_book(self, pro: Pro) -> Self:
        """Counts of the contacts that are in a Pro's book."""
        return self.for_pro(pro).filter(is_present=True)


class ContactWeekCount(KeptCount):
    """Number of a Pro's contacts that are in its book, by the week of their making: see `config.counts.weeks`."""

    pro = models.ForeignKey(Pro, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    is_present = models.BooleanField()
    until = models.DateField()

    objects = ContactWeekCountQuerySet.as_manager()
    counted: ClassVar = CountedTable(
        table="contacts_contact",
        counts="contacts_contactweekcount",
        groups={
            "is_present": "({row}.merged_into_id IS NULL AND {row}.deleted_at IS NULL)",
            "until": WEEK,
        },
    )

    class Meta:
        indexes = [
            models.Index(fields=["pro", "is_present", "until", "n"], name="contact_week_count_of_pro"),
            models.Index(fields=["pro"], condition=models.Q(is_delta=True), name="contact_week_count_delta"),
        ]

    def __str__(self) -> str:
        return f"{self.n} before {self.until}"
