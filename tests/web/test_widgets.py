"""HTML of plain widgets is that of Django's own templates."""

import re
from datetime import date

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates, get_default_renderer
from django.utils.functional import lazy
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

HOSTILE = "<b>Zoé</b> & 'co\"\n{{ x }}"
CHOICES = [
    ("", HOSTILE),
    (1234, 1234),
    ("safe", SafeString("a &amp; b")),
    ("lazy", _("Status")),
    ("lazily safe", lazy(lambda: SafeString("<i>a</i> &amp; b"), SafeString)()),
    (HOSTILE, [("x", "X"), (None, "None"), (True, "yes")]),
]
INPUTS = [
    *(forms.TextInput, forms.NumberInput, forms.EmailInput, forms.URLInput, forms.ColorInput, forms.SearchInput),
    *(forms.TelInput, forms.PasswordInput, forms.HiddenInput, forms.FileInput, forms.DateInput, forms.DateTimeInput),
    *(forms.TimeInput, forms.CheckboxInput, forms.Textarea, forms.ClearableFileInput),
]
CHOOSERS = [forms.Select, forms.SelectMultiple, forms.RadioSelect, forms.CheckboxSelectMultiple]
WIDGETS = [
    *(widget() for widget in INPUTS),
    forms.PasswordInput(render_value=True),
    *(widget(choices=CHOICES) for widget in CHOOSERS),
]
VALUES = [
    None,
    "",
    HOSTILE,
    SafeString("a &amp; b"),
    _("Status"),
    0,
    1234,
    1.5,
    True,
    False,
    ["x", "safe", 1234],
    date(2026, 3, 2),
]
ATTRS = {
    "id": "id_x",
    "class": HOSTILE,
    "required": True,
    "disabled": False,
    "maxlength": 1234,
    HOSTILE: SafeString("&amp;"),
    "title": _("Status"),
}


def between_tags(html):
    """The HTML without the space between its tags, which Django's templates have more of."""
    return re.sub(r">\s+<", "><", html)


@pytest.mark.parametrize("widget", WIDGETS, ids=lambda widget: type(widget).__name__)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_html_is_that_of_django(widget, language, settings):
    settings.USE_THOUSAND_SEPARATOR = True
    with override(language):
        for value in VALUES:
            ours = widget.render(HOSTILE, value, ATTRS, get_default_renderer())
            theirs = widget.render(HOSTILE, value, ATTRS, DjangoTemplates())
            assert between_tags(ours) == between_tags(theirs), value
            assert isinstance(ours, SafeString)


def test_a_template_of_ones_own_is_rendered_as_it_is():
    class Own(forms.TextInput):
        template_name = "django/forms/widgets/attrs.html"

    assert Own().render("x", "y", {"id": "z"}) == 'id="z"'
