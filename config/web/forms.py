"""Form fields and errors that the pages of several apps share."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


class SearchField(forms.CharField):
    """Search text, cut to 200 characters, with NUL and runs of white space replaced by one space."""

    def to_python(self, value: Any) -> str:
        return " ".join((super().to_python(value) or "").replace("\0", " ").split())[:200]


class LongSelect(forms.Select):
    """A select box of hundreds of rows without groups; Django's own renders two templates for each of them."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = set(self.format_value(value))
        options = format_html_join(
            "\n",
            '<option value="{}"{}>{}</option>',
            ((key, " selected" if str(key) in chosen else "", label) for key, label in self.choices),
        )
        attributes = flatatt({"name": name, **self.build_attrs(self.attrs, attrs)})
        return format_html("<select{}>{}</select>", attributes, options)


def add_errors(form: forms.Form, error: ValidationError) -> None:
    """Add a model's errors to the fields that they are about, or to the whole form."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)
