from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from contacts.models.file_import import FileImport, FileImportManager, FileImportRow

from .property import MAX_REFERENCE, Property


class PropertyImport(FileImport):
    """CSV or OpenImmo file of properties that is imported after a check of every row; see `ContactImport`.

    `columns` are keys of contact_requests.importing.columns.TARGETS.
    """

    class Kind(models.TextChoices):
        CSV = "csv", "CSV"
        OPENIMMO = "openimmo", "OpenImmo"

    ROW_KEY: ClassVar[str] = "property_import"

    kind = models.CharField(max_length=10, choices=Kind, default=Kind.CSV)

    objects = FileImportManager["PropertyImport"]()

    class Meta:
        indexes = [models.Index(fields=["pro", "-created_at", "-id"], name="property_import_newest")]

    @property
    def keeps_content(self) -> bool:  # type: ignore[override]
        """True for OpenImmo: its pictures are read from the file when the rows are imported."""
        return self.kind == self.Kind.OPENIMMO

    @property
    def importable(self) -> int:
        """Count of rows that make a property or change one."""
        return self.count(PropertyImportRow.Outcome.CREATE) + self.count(PropertyImportRow.Outcome.CHANGE)


class PropertyImportRow(FileImportRow):
    """Row of a file of properties."""

    class Outcome(models.TextChoices):
        CREATE = "create", pgettext_lazy("import of properties", "New")
        CHANGE = "change", pgettext_lazy("import of properties", "To change")
        SAME = "same", pgettext_lazy("import of properties", "The same already")
        REFUSE = "refuse", _("Refused")

    RESULT_FIELDS = ("outcome", "fields", "reasons", "key", "property", "changed")

    property_import = models.ForeignKey(PropertyImport, models.CASCADE, related_name="rows", db_index=False)
    # "" before the check; then the expected outcome, and after the run the actual one.
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    # The reference as it is compared, by which a later row with the same one is refused.
    key = models.CharField(max_length=MAX_REFERENCE, blank=True)
    property = models.ForeignKey(Property, models.SET_NULL, null=True, related_name="+")
    # Names of the fields that the row changes.
    changed = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["property_import", "number"], name="property_import_row_number")]
        indexes = [
            models.Index(fields=["property_import", "outcome", "number"], name="property_import_row_outcome"),
            models.Index(fields=["property_import", "key"], name="property_import_row_key"),
        ]

    def __str__(self) -> str:
        return f"{self.property_import_id}: {self.number}"

    def set_result(self, outcome: str, **result: Any) -> None:
        """Set the outcome and the other result fields, unsaved; those not given become empty."""
        for name, value in {"reasons": {}, "property": None, "changed": [], **result, "outcome": outcome}.items():
            setattr(self, name, value)


def prune_property_imports() -> None:
    """Delete old files; called by the housekeeping."""
    PropertyImport.objects.prune()
