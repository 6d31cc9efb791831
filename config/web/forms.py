"""Form fields and errors that the pages of several apps share."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError


class SearchField(forms.CharField):
    """Search text, cut to 200 characters, with NUL and runs of white space replaced by one space."""

    def to_python(self, value: Any) -> str:
        return " ".join((super().to_python(value) or "").replace("\0", " ").split())[:200]


def add_errors(form: forms.Form, error: ValidationError) -> None:
    """Add a model's errors to the fields that they are about, or to the whole form."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)
