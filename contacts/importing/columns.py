"""What a column of the file is, and what its cells say. To take in a further field, add it to TARGETS and WORDS."""

from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.conf.locale import LANG_INFO
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from config.search.folding import fold

from ..languages import ISO_639_1
from ..models import Contact

# In the order in which a heading is tried and a column is offered.
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
# Headings in English, French and Dutch, as `_plain` leaves them; those of Google, Outlook and Apple among them.
WORDS = {
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


def _plain(heading: str) -> str:
    """ "Téléphone (portable)" -> "telephoneportable"."""
    return "".join(c for c in fold(heading) if c.isalnum())


@cache
def _meanings() -> dict[str, str]:
    return {word: target for target, words in reversed(WORDS.items()) for word in words.split()}


def recognise(headings: list[str]) -> list[str]:
    """What each column is: a name of TARGETS, or "" when it is left out."""
    columns = [_meanings().get(_plain(heading), "") for heading in headings]
    if "name" in columns and "last_name" in columns:
        columns = ["" if column in ("first_name", "last_name") else column for column in columns]
    elif "name" in columns and "first_name" in columns:
        # « Nom » beside « Prénom » is the family name.
        columns = ["last_name" if column == "name" else column for column in columns]
    return columns


def read_cells(cells: list[str], columns: list[str]) -> dict[str, str]:
    """{field: value} of a row, without what is empty.

    Of two columns that are the same field the first that is filled counts; first and last name become the name.
    """
    found: dict[str, str] = {}
    for column, cell in zip(columns, cells, strict=False):
        value = cell.strip() if column == "note" else " ".join(cell.split())
        # "-", "?" and what nobody sees are ways to leave a cell empty.
        if column and column not in found and any(c.isalnum() for c in value):
            found[column] = READERS.get(column, str)(value)
    parts = [found.pop("first_name", ""), found.pop("last_name", "")]
    if name := found.get("name") or " ".join(filter(None, parts)):
        found["name"] = name
    return found


def read_id(text: str) -> UUID | None:
    """The id of a contact; None when it is another program's."""
    with suppress(ValueError):
        return UUID(text)
    return None


def _labels(choices: Any) -> dict[str, str]:
    """{what people write: value}: the value itself, and its label in every language."""
    found = {_plain(value): value for value in choices.values}
    for code, _name in settings.LANGUAGES:
        with override(code):
            found |= {_plain(str(label)): value for value, label in choices.choices}
    return found


@cache
def _words_of(field: str) -> dict[str, str]:
    return _labels(CHOICES[field])


def _read_choice(field: str) -> Callable[[str], str]:
    # What is not known stays as it is, for the model to refuse.
    return lambda text: _words_of(field).get(_plain(text), text)


@cache
def _languages() -> dict[str, str]:
    """{a language's name, in itself and in every language of the pages: its code}."""
    known = {code: info for code, info in LANG_INFO.items() if code in ISO_639_1 and "name" in info}
    found = {_plain(info["name_local"]): code for code, info in known.items()}
    for language, _name in settings.LANGUAGES:
        with override(language):
            found |= {_plain(gettext(info["name"])): code for code, info in known.items()}
    return found


def _read_language(text: str) -> str:
    """ "FR", "fr-BE", "Français", "Frans" -> "fr"."""
    code = text.casefold().replace("_", "-").partition("-")[0]
    return code if code in ISO_639_1 else _languages().get(_plain(text), text)


READERS: dict[str, Callable[[str], str]] = {
    **{field: _read_choice(field) for field in CHOICES},
    "language": _read_language,
}
