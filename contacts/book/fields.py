"""What is known of a contact, as it is read on a page."""

from typing import Any

from django.conf import settings
from django.conf.locale import LANG_INFO
from django.db.models import Field
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from config.search.folding import fold

from ..languages import ISO_639_1
from ..models import Contact
from ..phones import to_display

# A source is free text, and these are the product's own.
SOURCES: dict[str, str | Promise] = {
    "api": "API",
    "contact_form": gettext_lazy("Contact form"),
    "csv_import": gettext_lazy("CSV import"),
    "manual": gettext_lazy("Written down by hand"),
    **dict(Contact.Channel.choices),
}


def field_of(name: str) -> Field[Any, Any]:
    """A field of Contact by its name."""
    field = Contact._meta.get_field(name)
    assert isinstance(field, Field)  # noqa: S101 - for the type checker
    return field


def label_of(field: str) -> str:
    """ "phone" -> "Phone"."""
    label = str(field_of(field).verbose_name)
    return label[:1].upper() + label[1:]


def shown(field: str, value: str, country: str) -> str:
    """A field's value for reading; a phone number as somebody in `country` writes it."""
    if not value:
        return ""
    if field == "phone":
        return to_display(value, country)
    if field == "language":
        return language_name(value)
    choices = dict(SOURCES if field == "source" else field_of(field).flatchoices)
    return str(choices.get(value, value))


def language_name(code: str) -> str:
    """ "fr" -> "French", in the reader's language; a code that Django has no name for stays as it is."""
    name = LANG_INFO.get(code, {}).get("name", "")
    return gettext(name).capitalize() if name else code


def languages() -> list[tuple[str, str]]:
    """The languages that have a name in the reader's: those of the pages first, then by name."""
    own = [code for code, _name in settings.LANGUAGES]
    named = {code: language_name(code) for code in ISO_639_1 if code in LANG_INFO}
    others = sorted((code for code in named if code not in own), key=lambda code: fold(named[code]))
    return [(code, named[code]) for code in [*own, *others]]
