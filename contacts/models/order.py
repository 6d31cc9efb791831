"""Keys by which lists of contacts are sorted, as their indexes have them."""

from django.db import models
from django.db.models.functions import Coalesce

# When a contact last wrote or was written to; else when they were added.
LAST_WORD = Coalesce("last_word_at", "created_at")


class NameKey(models.Func):
    """Sort key of a name: the first 60 characters of the folded text.

    The length is part of the SQL and no parameter, so that the database recognises the index.
    """

    template = "SUBSTR(%(expressions)s, 1, 60)"
    output_field = models.CharField()
