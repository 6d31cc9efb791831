from itertools import zip_longest
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from config.accounts.models import Pro, User

from ..models import ContactImport
from .columns import TARGETS
from .uploading import upload


class UploadForm(forms.Form):
    """Upload of a CSV file. An unreadable file is an error of the field, and nothing of it is stored."""

    file = forms.FileField(
        label=_("CSV file"),
        max_length=200,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,text/csv"}),
        help_text=_("At most 50,000 rows and 10 MB. In Excel: Save as, CSV UTF-8."),
        error_messages={"required": _("Choose a file."), "empty": _("The file is empty.")},
    )

    def upload(self, pro: Pro, *, by: User) -> ContactImport | None:
        """Store the file; None when it was refused, with the reason as the field's error."""
        file = self.cleaned_data["file"]
        try:
            return upload(pro, file.read(), filename=file.name, by=by)
        except ValidationError as error:
            self.add_error("file", error)
            return None


class ColumnsForm(forms.Form):
    """Field of each column of the file: one select for each, named "0", "1" …; and what happens with the rest."""

    keeps_rest = forms.BooleanField(
        label=_("Keep the other columns as a note"),
        help_text=_(
            "Each contact gets one with the columns left out, further e-mails and phones, and unusable values."
        ),
        required=False,
    )

    def __init__(self, contact_import: ContactImport, data: Any = None) -> None:
        columns = {str(number): column for number, column in enumerate(contact_import.columns)}
        super().__init__(data, initial={"keeps_rest": contact_import.keeps_rest, **columns})
        cells_of_first_rows = [row.values for row in contact_import.rows.order_by("number")[:20]]
        examples = [next(filter(None, cells), "") for cells in zip_longest(*cells_of_first_rows, fillvalue="")]
        choices = [("", _("Leave out")), *TARGETS.items()]
        for number, heading in enumerate(contact_import.headings):
            label = heading or _("Column %(number)d") % {"number": number + 1}
            field = forms.ChoiceField(label=label, choices=choices, required=False)
            field.help_text = examples[number][:80] if number < len(examples) else ""
            self.fields[str(number)] = field

    @property
    def selects(self) -> list[forms.BoundField]:
        return [field for field in self if field.name != "keeps_rest"]

    @property
    def columns(self) -> list[str]:
        return [value for name, value in self.cleaned_data.items() if name != "keeps_rest"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not {*data.values()} & {"email", "phone"}:
            self.add_error(None, _("Choose the column with the e-mail or the phone."))
        return data
