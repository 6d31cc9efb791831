"""The model of kept counts, and the total of those that a query asks for."""

from typing import ClassVar

from django.db import models

from .counted import CountedTable


class Total(models.Func):
    """The number of all counted rows of a query of kept counts, which has no other columns."""

    template = "COALESCE(SUM(n), 0)"
    output_field = models.BigIntegerField()


class KeptCount(models.Model):
    """Number `n` of the rows of one group of a table; a model adds `pro`, a field for each column of its `counted`.

    Where several write at once (PostgreSQL), each adds rows of its own (`is_delta`), so that none waits for another. A
    group is the sum of its rows. Housekeeping folds them into one.
    """

    counted: ClassVar[CountedTable]

    n = models.IntegerField(editable=False)
    is_delta = models.BooleanField(default=False, editable=False)

    class Meta:
        abstract = True
