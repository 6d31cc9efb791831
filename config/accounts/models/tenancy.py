from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Value
from django.db.models.functions import Cast

if TYPE_CHECKING:
    from .pro import Pro


class TenantQuerySet[M: models.Model](models.QuerySet[M]):
    """Rows of a Pro, by their column `pro`."""

    def for_pro(self, pro: "Pro") -> Self:
        """The rows of one Pro. Every view and route starts here, so that another Pro's row is not found."""
        # The search index recognises the tenant only by a value of its column's own width.
        return self.filter(pro=Cast(Value(pro.pk), models.BigIntegerField()))
