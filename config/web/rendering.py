"""Rendering of forms: plain widgets by functions; the first field that was refused is the one to correct."""

from typing import Any

from django import forms
from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest

from config.web.widgets import render_widget


class CorrectedField(forms.BoundField):
    """A field of a form; it has the focus when it is the first of those with an error."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        attrs = super().build_widget_attrs(attrs, widget)
        if self.form.is_bound and self.name == _first_refused(self.form):
            attrs["autofocus"] = True
        return attrs


def _first_refused(form: forms.BaseForm) -> str | None:
    """The name of the first visible field with an error, in the order of the page."""
    return next((name for name in form.fields if name in form.errors and not form[name].is_hidden), None)


class FormRenderer(DjangoTemplates):
    bound_field_class = CorrectedField

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        quick = render_widget(template_name, context["widget"]) if "widget" in context else None
        return super().render(template_name, context, request) if quick is None else quick
