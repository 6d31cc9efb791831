"""Labels and readable values of a contact's fields."""

from typing import Any

from django.conf import settings
from django.conf.locale import LANG_INFO
from django.db.models import Field
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy

from config.search.folding import fold

from ..languages import ISO_639_1
from ..models import Contact
from ..phones import to_display

# A source is free text; these are set by Vestibule itself.
SOURCE_LABELS: dict[str, str | Promise] = {
    "api": "API",
    "contact_form": gettext_lazy("Contact form"),
    "csv_import": gettext_lazy("CSV import"),
    "manual": gettext_lazy("Entered by hand"),
    **dict(Contact.Channel.choices),
}


def model_field(name: str) -> Field[Any, Any]:
    """Field of Contact by its name."""
    field = Contact._meta.get_field(name)
    assert isinstance(field, Field)  # noqa: S101 - for the type checker
    return field


def field_label(field: str) -> str:
    """ "phone" -> "Phone"."""
    label = str(model_field(field).verbose_name)
    return label[:1].upper() + label[1:]


def display_value(field: str, value: str, country: str) -> str:
    """Readable value of a field; a phone number in the notation of `country`."""
    if not value:
        return ""
    if field == "phone":
        return to_display(value, country)
    if field == "language":
        return language_name(value)
    choices = dict(SOURCE_LABELS if field == "source" else model_field(field).flatchoices)
    return str(choices.get(value, value))


def language_name(code: str) -> str:
    """ "fr" -> "French", in the reader's language; a code without a name in Django is returned unchanged."""
    name = LANG_INFO.get(code, {}).get("name", "")
    return capfirst(gettext(name)) if name else code


def language_choices() -> list[tuple[str, str]]:
    """(code, name) of the languages that Django can name: those of the pages first, then by name."""
    own = [code for code, _name in settings.LANGUAGES]
    named = {code: language_name(code) for code in ISO_639_1 if code in LANG_INFO}
    others = sorted((code for code in named if code not in own), key=lambda code: fold(named[code]))
    return [(code, named[code]) for code in [*own, *others]]
