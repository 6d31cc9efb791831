from typing import ClassVar

from django.db import models

from config.accounts.models import Pro, TenantQuerySet
from config.counts.counted import CountedTable
from config.counts.models import KeptCount
from config.counts.weeks import WEEK


class InquiryWeekCount(KeptCount):
    """Number of a Pro's inquiries by the week of their arrival: see `config.counts.weeks`."""

    pro = models.ForeignKey(Pro, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    is_linked = models.BooleanField()
    until = models.DateField()

    objects = TenantQuerySet["InquiryWeekCount"].as_manager()
    counted: ClassVar = CountedTable(
        table="inquiries_inquiry",
        counts="inquiries_inquiryweekcount",
        groups={"is_linked": "({row}.case_id IS NOT NULL)", "until": WEEK},
    )

    class Meta:
        indexes = [
            models.Index(fields=["pro", "is_linked", "until", "n"], name="inquiry_week_count_of_pro"),
            models.Index(fields=["pro"], condition=models.Q(is_delta=True), name="inquiry_week_count_delta"),
        ]

    def __str__(self) -> str:
        return f"{self.n} before {self.until}"
