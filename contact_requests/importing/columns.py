"""Fields that a column of a file of properties can have, recognised by their headings, and the values of cells."""

import re
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as translate
from django.utils.translation import gettext_lazy as _

from config.search.folding import fold
from contacts.importing.headings import normalize

from ..models import Property

LANGUAGES = ("en", "fr", "nl")
TEXTS = ("title", "summary", "description")
# Fields a column can have, in the order of the choices. Those of a language end in it.
TARGETS = {
    "reference": _("Your reference"),
    "title": _("Title"),
    "summary": _("Key facts"),
    "description": _("Description"),
    "city": _("City"),
    "price": _("Price in euros"),
    "state": _("State"),
    "number": _("Number at a portal"),
    **{f"title_{language}": _("Title") for language in LANGUAGES},
    **{f"summary_{language}": _("Key facts") for language in LANGUAGES},
    **{f"description_{language}": _("Description") for language in LANGUAGES},
}
# Names of pictures in the file, one a line: OpenImmo alone has them.
PICTURES = "pictures"
# Headings in English, French, Dutch and German, after `normalize`.
HEADINGS = {
    "reference": "reference ref yourreference internalreference propertyreference propertyid id code referentie "
    "referentienummer pandreferentie objectnummer objektnr objektnummer objektnrextern mandat numeromandat numero "
    "referencebien refbien nomandat",
    "title": "title titre titel name nom naam heading intitule libelle objekttitel bezeichnung propertytitle",
    "summary": "summary keyfacts resume pointscles caracteristiques samenvatting kenmerken merkmale facts",
    "description": "description descriptif beschrijving omschrijving beschreibung objektbeschreibung text texte tekst "
    "details annonce texteannonce",
    "city": "city town ville commune localite stad plaats gemeente woonplaats ort stadt location place",
    "price": "price prix prijs preis askingprice vraagprijs kaufpreis rent loyer huur huurprijs miete kaltmiete "
    "prixdevente saleprice priceineuros prixeneuros amount montant",
    "state": "state status etat statut staat toestand availability disponibilite beschikbaarheid verkaufstatus",
    "number": "number portalnumber portalid listingid numeroportail numeroannonce portaalnummer advertentienummer "
    "portalobjid",
}
STATES = {
    Property.State.AVAILABLE: "available onmarket forsale forrent tolet active open disponible alouer avendre envente "
    "beschikbaar tekoop tehuur frei verfugbar offen aktiv",
    Property.State.UNDER_OFFER: "underoffer underoption reserved pending souscompromis souoffre sousoffre reserve "
    "option onderbod onderoptie voorbehoud reserviert",
    Property.State.SOLD: "sold vendu verkocht verkauft",
    Property.State.LET: "let rented leased loue verhuurd vermietet",
    Property.State.WITHDRAWN: "withdrawn offmarket inactive archived retire suspendu indisponible ingetrokken "
    "inactief zuruckgezogen inaktiv",
}
# A number with marks between its thousands, or without; then its cents.
NUMBER = re.compile(r"(\d{1,3}(?:[ .,'’]\d{3}(?!\d))+|\d+)(?:[.,](\d{1,2})(?!\d))?")
# "245k", "1.2 M€", but not "245.000 k.k.", as the Dutch say of the buyer's costs.
MULTIPLIED = re.compile(
    r" ?(k|m|md|mio|mln|mrd|tsd|mille|million|millions|millionen|miljoen|duizend|tausend)(?!\.?k|\w)"
)
# What stands in the place of a price that is told on request, with these words among others.
ON_REQUEST = ["request", "application", "demande", "consulter", "aanvraag", "anfrage", "poa", "nc", "na"]


def recognise_columns(headings: list[str]) -> list[str]:
    """Field of each column, "" for an unknown heading."""
    return [_recognise(normalize(heading[:100])) for heading in headings]


def _recognise(heading: str) -> str:
    fields = {word: field for field, words in HEADINGS.items() for word in words.split()}
    if field := fields.get(heading):
        return field
    for language in LANGUAGES:
        if heading.endswith(language) and (field := fields.get(heading.removesuffix(language))) in TEXTS:
            return f"{field}_{language}"
    return ""


def read_price(text: str) -> Decimal | None:
    """Read a price as people write one: "€ 245.000,50", "245,000.50", "245 000", "245.000,-", "on request" -> None.

    Raises ValidationError for several numbers, one below zero, and what may not be a price.
    """
    folded = fold(text)
    numbers = [*NUMBER.finditer(folded)]
    if not numbers and (folded.strip("-–— €") == "" or {*re.sub("[./]", "", folded).split()} & {*ON_REQUEST}):
        return None
    if len(numbers) == 1:
        [number] = numbers
        is_negative = folded[: number.start()].rstrip().endswith(("-", "−"))
        rest = folded[: number.start()] + folded[number.end() :]
        if not is_negative and not MULTIPLIED.match(folded, number.end()) and not any(map(str.isdecimal, rest)):
            return Decimal(re.sub(r"\D", "", number[1]) + f".{number[2] or 0}")
    raise ValidationError({"price": translate("Use a price such as 245000.")})


def read_state(text: str) -> str:
    """Read a state in one of several languages. Raises ValidationError with the possible ones."""
    word = normalize(text)
    for state, words in STATES.items():
        if word in words.split() or fold(text) == fold(str(state.label)):
            return state
    choices = ", ".join(str(label) for label in Property.State.labels)
    raise ValidationError({"state": translate("Use one of: %(choices)s.") % {"choices": choices}})
