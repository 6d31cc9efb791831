from django.db import models
from django.utils.translation import gettext_lazy as _

from config.files.stored_file import StoredFile

from .property import Property


class PropertyPicture(StoredFile):
    """A picture of a property for its public page: a WebP of ours, whatever was uploaded."""

    # Only `delete_with_file` deletes a row: it deletes the file too.
    property = models.ForeignKey(Property, models.RESTRICT, related_name="pictures", verbose_name=_("property"))
    description = models.CharField(
        _("description"), max_length=200, blank=True, help_text=_("For visitors who do not see the picture.")
    )
    width = models.PositiveIntegerField(editable=False)
    height = models.PositiveIntegerField(editable=False)

    position = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    class Meta(StoredFile.Meta):
        ordering = ["position", "id"]
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
