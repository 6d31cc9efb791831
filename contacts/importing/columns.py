"""Fields of the columns of a file, and values of their cells.

To import a further field, add it to TARGETS and HEADINGS.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import cache
from uuid import UUID

from django.conf import settings
from django.conf.locale import LANG_INFO
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from config.search.folding import fold

from ..languages import ISO_639_1
from ..models import Contact

# Fields a column can have, in the order of the choices.
TARGETS = {
    "name": _("Name"),
    "first_name": _("First name"),
    "last_name": _("Last name"),
    "email": _("E-mail"),
    "phone": _("Phone"),
    "status": _("Status"),
    "role": _("Role"),
    "channel_preference": _("Preferred channel"),
    "source": _("Source"),
    "referral_source": _("Referred by"),
    "language": _("Language"),
    "note": _("Note"),
    "id": _("Id from an export of Vestibule"),
}
# Headings in English, French and Dutch after `_normalize`, with those of Google, Outlook and Apple.
HEADINGS = {
    "name": "name fullname displayname contact contactname customer client nom nomcomplet naam volledigenaam klant",
    "first_name": "firstname givenname forename prenom voornaam",
    "last_name": "lastname surname familyname nomdefamille achternaam familienaam",
    "email": "email emailaddress mail mailaddress emailvalue email1value courriel adressemail adresseemail "
    "adressecourriel adresseelectronique adresseemailprincipale emailadres mailadres",
    "phone": "phone phonenumber phonevalue phone1value telephone tel telno mobile mobilephone mobilenumber cell "
    "cellphone homephone businessphone workphone numerodetelephone numero telephoneportable telephonemobile "
    "telephonefixe portable telportable telfixe telmobile gsm gsmnummer telefoon telefoonnummer mobiel "
    "mobielnummer mobielenummer",
    "status": "status statut etat stage",
    "role": "role rol type typedecontact contacttype",
    "channel_preference": "preferredchannel channelpreference channel canal canalprefere canaldecontact kanaal "
    "voorkeurskanaal",
    "source": "source bron origine herkomst",
    "referral_source": "referredby referralsource referral referrer recommandepar envoyepar apporteur "
    "doorverwezendoor verwezendoor aangebrachtdoor",
    "language": "language lang langue taal",
    "note": "note notes comment comments remark remarks remarque remarques commentaire commentaires notitie notities "
    "opmerking opmerkingen",
    "id": "id",
}
CHOICES = {"status": Contact.Status, "role": Contact.Role, "channel_preference": Contact.Channel}


def _normalize(heading: str) -> str:
    """ "Téléphone (portable)" -> "telephoneportable"."""
    return "".join(c for c in fold(heading) if c.isalnum())


@cache
def _fields_by_heading() -> dict[str, str]:
    # Reversed, so that of two fields with one heading the first wins.
    return {heading: field for field, headings in reversed(HEADINGS.items()) for heading in headings.split()}


def recognise_columns(headings: list[str]) -> list[str]:
    """Field of each column: a key of TARGETS, or "" for an ignored column."""
    columns = [_fields_by_heading().get(_normalize(heading), "") for heading in headings]
    if "name" in columns and "last_name" in columns:
        columns = ["" if column in ("first_name", "last_name") else column for column in columns]
    elif "name" in columns and "first_name" in columns:
        # Next to « Prénom », « Nom » is the family name.
        columns = ["last_name" if column == "name" else column for column in columns]
    return columns


def read_cells(cells: list[str], columns: list[str]) -> dict[str, str]:
    """{field: value} of a row, without empty values.

    Of two columns with the same field the first one with a value counts; first and last name become the name.
    """
    values: dict[str, str] = {}
    for column, cell in zip(columns, cells, strict=False):
        value = cell.strip() if column == "note" else " ".join(cell.split())
        # "-", "?" and invisible characters count as empty.
        if column and column not in values and any(c.isalnum() for c in value):
            values[column] = READERS.get(column, str)(value)
    parts = [values.pop("first_name", ""), values.pop("last_name", "")]
    if name := values.get("name") or " ".join(filter(None, parts)):
        values["name"] = name
    return values


def read_id(text: str) -> UUID | None:
    """Id of a contact; None for an id of another program."""
    with suppress(ValueError):
        return UUID(text)
    return None


@cache
def _values_by_label(field: str) -> dict[str, str]:
    """{normalized text: value} of a choice field: each value, and its label in every language."""
    choices = CHOICES[field]
    values = {_normalize(value): value for value in choices.values}
    for code, _name in settings.LANGUAGES:
        with override(code):
            values |= {_normalize(str(label)): value for value, label in choices.choices}
    return values


def _choice_reader(field: str) -> Callable[[str], str]:
    # An unknown value is returned unchanged, for the model to refuse.
    return lambda text: _values_by_label(field).get(_normalize(text), text)


@cache
def _codes_by_language() -> dict[str, str]:
    """{normalized name: code} of languages: the name in itself, and in every language of the pages."""
    known = {code: info for code, info in LANG_INFO.items() if code in ISO_639_1 and "name" in info}
    codes = {_normalize(info["name_local"]): code for code, info in known.items()}
    for language, _name in settings.LANGUAGES:
        with override(language):
            codes |= {_normalize(gettext(info["name"])): code for code, info in known.items()}
    return codes


def _read_language(text: str) -> str:
    """ "FR", "fr-BE", "Français", "Frans" -> "fr"."""
    code = text.casefold().replace("_", "-").partition("-")[0]
    return code if code in ISO_639_1 else _codes_by_language().get(_normalize(text), text)


READERS: dict[str, Callable[[str], str]] = {
    **{field: _choice_reader(field) for field in CHOICES},
    "language": _read_language,
}
