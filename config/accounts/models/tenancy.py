from typing import TYPE_CHECKING, Self

from django.db import models

if TYPE_CHECKING:
    from .pro import Pro


class TenantQuerySet[M: models.Model](models.QuerySet[M]):
    """Rows that belong to a Pro by their column `pro`."""

    def for_pro(self, pro: "Pro") -> Self:
        """The rows of one Pro: the only door to them. Another Pro's row is not found."""
        return self.filter(pro=pro)
