"""Forms of an import of properties: the file, and the fields of its columns."""

from itertools import zip_longest
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _

from config.accounts.models import Pro, User

from ..models import PropertyImport
from .columns import LANGUAGES, TARGETS
from .jobs import upload


class UploadForm(forms.Form):
    """Upload of a file. One that is none at first sight is an error of the field, and nothing of it is stored."""

    file = forms.FileField(
        label=_("CSV or OpenImmo file"),
        max_length=200,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xml,.zip"}),
        help_text=_("CSV of at most 10 MB, or OpenImmo as XML or ZIP with pictures, of at most 60 MB."),
        error_messages={"required": _("Choose a file."), "empty": _("The file is empty.")},
    )

    def upload(self, pro: Pro, *, by: User) -> PropertyImport | None:
        """Store the file; None when it was refused, with the reason as the field's error."""
        file = self.cleaned_data["file"]
        try:
            return upload(pro, file.read(), filename=file.name, by=by)
        except ValidationError as error:
            self.add_error("file", error)
            return None


def target_label(name: str) -> str:
    """Label of a field, with the language of one that is in another: "Title (fr)"."""
    base, _underscore, language = name.rpartition("_")
    return f"{TARGETS[name]} ({language})" if base and language in LANGUAGES else str(TARGETS.get(name, name))


class ColumnsForm(forms.Form):
    """Field of each column of the file: one select for each, named "0", "1" …"""

    def __init__(self, property_import: PropertyImport, data: Any = None) -> None:
        columns = {str(number): column for number, column in enumerate(property_import.columns)}
        super().__init__(data, initial=columns)
        first = [row.values for row in property_import.rows.order_by("number")[:20]]
        examples = [next(filter(None, cells), "") for cells in zip_longest(*first, fillvalue="")]
        choices = [("", translate("Leave out")), *((name, target_label(name)) for name in TARGETS)]
        for number, heading in enumerate(property_import.headings):
            label = heading or translate("Column %(number)d") % {"number": number + 1}
            field = forms.ChoiceField(label=label, choices=choices, required=False)
            field.help_text = examples[number][:80] if number < len(examples) else ""
            self.fields[str(number)] = field

    @property
    def columns(self) -> list[str]:
        return list(self.cleaned_data.values())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "reference" not in data.values():
            self.add_error(None, _("Choose the column with the reference: by it a property is found again."))
        return data
