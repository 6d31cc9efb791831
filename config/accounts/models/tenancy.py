from typing import TYPE_CHECKING, Self

from django.db import models

if TYPE_CHECKING:
    from .pro import Pro


class TenantQuerySet[M: models.Model](models.QuerySet[M]):
    """Rows of a Pro, by their column `pro`."""

    def for_pro(self, pro: "Pro") -> Self:
        """The rows of one Pro. Every view and route starts here, so that another Pro's row is not found."""
        return self.filter(pro=pro)
