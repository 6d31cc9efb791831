from typing import ClassVar

from django.db import models
from django.db.models import Sum

from config.accounts.models import Pro, TenantQuerySet
from config.counts.counted import CountedTable
from config.counts.models import KeptCount

from .inquiry import Inquiry
from .inquiry_type import InquiryType
from .step import PipelineStep


class InquiryCountQuerySet(TenantQuerySet["InquiryCount"]):
    def by_status(self) -> dict[str, int]:
        """Number of inquiries by coarse status, and in all: {"open": 3, …, "all": 7}."""
        counts = dict.fromkeys([*Inquiry.Status.values, "all"], 0)
        for status, n in self.values_list("status").annotate(Sum("n")):
            counts[status] = n
            counts["all"] += n
        return counts


class InquiryCount(KeptCount):
    """Number of a Pro's inquiries by what lists are filtered by, and the budgets of those `budgeted` that state one."""

    pro = models.ForeignKey(Pro, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    inquiry_type = models.ForeignKey(
        InquiryType, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    step = models.ForeignKey(PipelineStep, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    status = models.CharField(max_length=20)
    priority = models.CharField(max_length=10)
    is_linked = models.BooleanField()
    budgeted = models.IntegerField()
    budget_cents = models.BigIntegerField()

    objects = InquiryCountQuerySet.as_manager()
    counted: ClassVar = CountedTable(
        table="inquiries_inquiry",
        counts="inquiries_inquirycount",
        groups={
            "inquiry_type_id": "{row}.inquiry_type_id",
            "step_id": "{row}.step_id",
            "status": "{row}.status",
            "priority": "{row}.priority",
            "is_linked": "({row}.case_id IS NOT NULL)",
        },
        sums={
            "budgeted": "(CASE WHEN {row}.budget IS NULL THEN 0 ELSE 1 END)",
            # SQLite adds decimals as floating-point numbers, which leave a remainder.
            "budget_cents": "CAST(ROUND(COALESCE({row}.budget, 0) * 100) AS bigint)",
        },
    )

    class Meta:
        indexes = [
            models.Index(
                fields=["pro", "inquiry_type", "step", "status", "priority", "is_linked"], name="inquiry_count_of_pro"
            ),
            models.Index(fields=["pro"], condition=models.Q(is_delta=True), name="inquiry_count_delta"),
        ]

    def __str__(self) -> str:
        return f"{self.n} {self.status}"
