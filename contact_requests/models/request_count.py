from typing import ClassVar

from django.db import models

from config.accounts.models import Pro, TenantQuerySet
from config.counts.counted import CountedTable
from config.counts.models import KeptCount

from .request import ContactRequest


class ContactRequestCountQuerySet(TenantQuerySet["ContactRequestCount"]):
    def by_status(self, pro: Pro) -> dict[str, int]:
        """Number of a Pro's contact requests by status: {"new", "read", "replied", "all", "quarantined"}.

        "all" leaves quarantine out.
        """
        counts = dict.fromkeys([*ContactRequest.Status.values, "all", "quarantined"], 0)
        for is_quarantined, status, n in self.for_pro(pro).values_list("is_quarantined", "status", "n"):
            for name in ["quarantined"] if is_quarantined else [status, "all"]:
                counts[name] += n
        return counts


class ContactRequestCount(KeptCount):
    """Number of a Pro's contact requests by status, in the inbox and in quarantine."""

    pro = models.ForeignKey(Pro, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    is_quarantined = models.BooleanField()
    status = models.CharField(max_length=10)

    objects = ContactRequestCountQuerySet.as_manager()
    counted: ClassVar = CountedTable(
        table="contact_requests_contactrequest",
        counts="contact_requests_contactrequestcount",
        groups={"is_quarantined": "({row}.quarantined_at IS NOT NULL)", "status": "{row}.status"},
    )

    class Meta:
        indexes = [
            models.Index(fields=["pro", "is_quarantined", "status"], name="request_count_of_pro"),
            models.Index(fields=["pro"], condition=models.Q(is_delta=True), name="request_count_delta"),
        ]

    def __str__(self) -> str:
        return f"{self.n} {self.status}"
