from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.accounts.models import User

from .contact import Contact
from .file_import import FileImport, FileImportManager, FileImportRow


class ContactImport(FileImport):
    """CSV file of contacts that is imported into a Pro's address book, after a check of every row.

    `columns` are keys of contacts.importing.columns.TARGETS. `counts` has LEFT_OUT for rows of which a value is left
    out; undoing adds {result: count} of ContactImportRow.Undo.
    """

    LEFT_OUT = "left_out"
    USERS: ClassVar[tuple[str, ...]] = ("user", "undone_by")
    ROW_KEY: ClassVar[str] = "contact_import"

    # The cells that no field holds become a note.
    keeps_rest = models.BooleanField(default=False, db_default=False)
    undone_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)

    objects = FileImportManager["ContactImport"]()

    class Meta:
        indexes = [models.Index(fields=["pro", "-created_at", "-id"], name="contact_import_newest")]

    @property
    def importable(self) -> int:
        """Count of rows that change the address book: they create a contact or complete one."""
        return self.count(ContactImportRow.Outcome.CREATE) + self.count(ContactImportRow.Outcome.COMPLETE)

    @property
    def can_be_undone(self) -> bool:
        return self.state == self.State.DONE and not self.is_forgotten

    @property
    def undone_count(self) -> int:
        """Count of rows that were undone."""
        return self.count(ContactImportRow.Undo.UNDONE)

    @property
    def not_undone(self) -> list[tuple[str, int]]:
        """(reason, count) of the rows that could not be undone, or not entirely."""
        reasons = [each for each in ContactImportRow.Undo if each != ContactImportRow.Undo.UNDONE]
        return [(str(each.label), self.count(each)) for each in reasons if self.count(each)]

    def _counted(self, row: Any) -> list[str]:
        if self.state == self.State.UNDOING:
            return [row.undo] if row.undo else []
        return [row.outcome, self.LEFT_OUT] if row.left_out else [row.outcome]

    def _end_phase(self) -> None:
        if self.state == self.State.UNDOING:
            self.state, self.undone_at = self.State.UNDONE, timezone.now()
        else:
            super()._end_phase()


class ContactImportRow(FileImportRow):
    """Row of the file. `number` counts as a spreadsheet does: the headings are row 1."""

    class Outcome(models.TextChoices):
        CREATE = "create", _("New")
        COMPLETE = "complete", _("To complete")
        KNOWN = "known", _("Known already")
        REFUSE = "refuse", _("Refused")

    class Undo(models.TextChoices):
        """Result of undoing a row; "" for a row that changed nothing."""

        UNDONE = "undone", _("Undone")
        MERGED = "merged", _("Archived or merged with another contact since")
        USED = "used", _("Has messages, requests or other records")
        CHANGED = "changed", _("Changed since the import")
        NOTED = "noted", _("Has a note of yours")
        IMPORTED = "imported", _("Is in another import, too")
        NEEDED = "needed", _("Has no other e-mail or phone")

    RESULT_FIELDS = ("outcome", "fields", "left_out", "learnt", "reasons", "same_as", "contact", "created")

    contact_import = models.ForeignKey(ContactImport, models.CASCADE, related_name="rows", db_index=False)
    # Unusable values that were left out of a row that is not refused: {field: text}.
    left_out = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    # "" before the check; then the expected outcome, and after the run the actual one.
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    # Values that the matching contact gets: {field: value}.
    learnt = models.JSONField(default=dict)
    # The contact of the row; or, before the run, the number of the earlier row that creates this contact.
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="+")
    same_as = models.PositiveIntegerField(null=True)
    # Ids of what the run created for the contact: {"notes": […], "identities": […]}.
    created = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))
    undo = models.CharField(max_length=10, choices=Undo, blank=True, default="", db_default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contact_import", "number"], name="contact_import_row_number")]
        indexes = [models.Index(fields=["contact_import", "outcome", "number"], name="contact_import_row_outcome")]

    def __str__(self) -> str:
        return f"{self.contact_import_id}: {self.number}"

    def set_result(self, outcome: str, **result: Any) -> None:
        """Set the outcome and the other result fields, unsaved; those not given become empty."""
        blank: dict[str, Any] = {"learnt": {}, "reasons": {}, "same_as": None, "contact": None, "created": {}}
        for name, value in {**blank, **result, "outcome": outcome}.items():
            setattr(self, name, value)


def prune_imports() -> None:
    """Delete old files; called by the housekeeping."""
    ContactImport.objects.prune()
