"""Fields of a file's columns, recognised by their headings.

A heading is one that HEADINGS lists, or a listed one with words around it that change nothing ("Person - Name",
"Billing Email", "Phone 1 - Value"). Any other word makes it another column: "E-mail type", "Account owner".
"""

import re
from functools import cache

from config.search.folding import fold

# Headings in English, French, Dutch and German, some in Spanish, Italian and Portuguese, after `normalize`.
HEADINGS = {
    "name": "name fullname displayname contact contactname customer client nom nomcomplet nomaafficher naam "
    "volledigenaam weergavenaam klant kunde vollername vollstandigername anzeigename nombre nombrecompleto nome "
    "nomecompleto",
    "first_name": "firstname first givenname forename prenom voornaam vorname",
    "last_name": "lastname last surname familyname nomdefamille nomfamille achternaam familienaam nachname "
    "familienname apellido apellidos cognome sobrenome",
    "company": "company companyname organization organizationname organisation organisationname accountname "
    "business businessname societe nomdelasociete entreprise raisonsociale bedrijf bedrijfsnaam organisatie firma "
    "firmenname unternehmen empresa azienda",
    "email": "email emailaddress mail mailaddress",
    "phone": "phone phonenumber mobile sms whatsapp numero rufnummer",
    "status": "status statut etat stage",
    "role": "role rol type typedecontact contacttype",
    "channel_preference": "preferredchannel channelpreference channel canal canalprefere canaldecontact kanaal "
    "voorkeurskanaal",
    "source": "source bron origine herkomst",
    "referral_source": "referredby referralsource referral referrer recommandepar envoyepar apporteur "
    "doorverwezendoor verwezendoor aangebrachtdoor",
    "language": "language lang langue taal sprache",
    "note": "note notes comment comments remark remarks remarque remarques commentaire commentaires notitie notities "
    "opmerking opmerkingen notiz notizen bemerkung bemerkungen kommentar anmerkung anmerkungen",
    "id": "id",
}
# Headings of a full name, or of the last name beside a column of first names.
BARE_NAMES = {"name", "nom", "naam", "nombre", "nome"}
# Words around the heading of a person that change nothing.
CONTEXT = (
    "person persons personne persoon contact contacts contactpersoon ansprechpartner billing facturation factuur "
    "rechnung customer client klant kunde lead prospect invitee your votre uw ihr ihre primary main principal "
    "principale required obligatoire verplicht associated the of de du des l d la le les van het der di"
)
FIELDS_IN_CONTEXT = ("name", "first_name", "last_name", "company", "note")
# Words of an e-mail or a phone, and those that say which one of several it is. Each may be a part of a compound.
EMAIL_WORDS = "email mail courriel courrier messagerie electronique elektronisch elektronische correo electronico epost"
PHONE_WORDS = (
    "phone telephone tel telefoon telefon telefono telefone tele mobile mobil mobiel mobiele movil cell cellular "
    "cellulare celular cellphone portable fixe gsm handy landline festnetz whatsapp sms"
)
WHICH = (
    "home house work office business job company organization personal private other another secondary alternate "
    "alternative additional default preferred direct first second third number numbers no nr num value values address "
    "addresses adres adresse adressen domicile bureau maison travail personnel personnelle professionnel "
    "professionnelle pro prive privee autre secondaire premier premiere deuxieme second seconde numero valeur societe "
    "entreprise thuis werk prive kantoor zakelijk zakelijke ander andere tweede eerste primair primaire secundair "
    "secundaire hoofd nummer waarde bedrijf persoonlijk privat geschaftlich geschaft geschafts dienstlich dienst "
    "arbeit buro weitere weiteres primare sekundare zweite wert firma casa trabajo lavoro direccion id op at a e"
)
WORD = re.compile(r"[^\W\d_]+")
CAMEL_CASE = re.compile(r"(?<=[a-z])(?=[A-Z])")
MAX_HEADING = 100  # characters that are looked at


def normalize(heading: str) -> str:
    """ "Téléphone (portable)" -> "telephoneportable"."""
    return "".join(c for c in fold(heading) if c.isalnum())


def recognise_columns(headings: list[str]) -> list[str]:
    """Field of each column: a key of TARGETS, or "" for an ignored column."""
    columns = [recognise_heading(heading[:MAX_HEADING]) for heading in headings]
    if "first_name" in columns and "last_name" not in columns:
        # Next to « Prénom », « Nom » is the family name.
        return [
            "last_name" if _core(heading) in BARE_NAMES else column
            for column, heading in zip(columns, headings, strict=True)
        ]
    return columns


def recognise_heading(heading: str) -> str:
    """Field of one column, "" for an unknown heading."""
    fields = _fields_by_heading()
    if field := fields.get(normalize(heading), ""):
        return field
    if (field := fields.get(_core(heading), "")) in FIELDS_IN_CONTEXT:
        return field
    words = [word for word in _heading_words(heading) if word not in _context()]
    return next((field for field in ("email", "phone") if _is_made_of(words, field)), "")


def _core(heading: str) -> str:
    """Heading without the words around it: "Person - Name" -> "name"."""
    return "".join(word for word in _heading_words(heading[:MAX_HEADING]) if word not in _context())


def _heading_words(heading: str) -> list[str]:
    """Words without numbers: "E-mail 1 - Value" -> ["e", "mail", "value"]."""
    return WORD.findall(fold(CAMEL_CASE.sub(" ", heading)))


@cache
def _context() -> frozenset[str]:
    return frozenset(CONTEXT.split())


@cache
def _fields_by_heading() -> dict[str, str]:
    # Reversed, so that of two fields with one heading the first wins.
    return {heading: field for field, headings in reversed(HEADINGS.items()) for heading in headings.split()}


def _is_made_of(words: list[str], field: str) -> bool:
    """True when every word is one of the field, or says which, and one of them is of the field."""
    word_of_field, any_word = _address_words()[field]
    return any(map(word_of_field.fullmatch, words)) and all(map(any_word.fullmatch, words))


@cache
def _address_words() -> dict[str, tuple[re.Pattern[str], re.Pattern[str]]]:
    """{field: (a word or compound that names the field, one that may stand beside it)}."""
    patterns = {}
    for field, text in (("email", EMAIL_WORDS), ("phone", PHONE_WORDS)):
        own, which = "|".join(text.split()), "|".join(WHICH.split())
        named = re.compile(rf"(?:{which}|{own})??(?:{own})(?:{own}|{which}){{0,2}}")
        patterns[field] = (named, re.compile(rf"{which}|{named.pattern}"))
    return patterns
