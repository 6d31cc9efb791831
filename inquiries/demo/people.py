"""People of the demo's directory: customers and users of the Pros."""

from typing import Any, NamedTuple

from ..models import DirectoryUser

# UserHub ids of the documentation's examples: two customers and a user of a Pro.
KNOWN = (123, 456, 789)
PARTS = ("street", "postal_code", "city", "country")


class Row(NamedTuple):
    userhub_id: int
    fields: dict[str, str]


def _user(userhub_id: int, name: str, email: str, phone: str, language: str, place: str, **business: str) -> Row:
    """`name` is "first last", with an underscore for a space within one; a place "street|postal code|city|country"."""
    first, last = (part.replace("_", " ") for part in name.split(" "))
    row = {"first_name": first, "last_name": last, "email": email, "phone": phone, "language": language}
    places = {"": place, "business_": business.pop("business", "|||"), "invoice_": business.pop("invoice", "|||")}
    for prefix, text in places.items():
        row |= {f"{prefix}{part}": value for part, value in zip(PARTS, text.split("|"), strict=True)}
    return Row(userhub_id, row | business)


def profile(user: DirectoryUser) -> tuple[dict[str, Any], dict[str, Any]]:
    """`person` and `business` of a directory user, as an inquiry stores them."""
    names = ("first_name", "last_name", "email", "phone", "language")
    person = {**{name: getattr(user, name) for name in names}, "address": _address_fields(user, "")}
    if not user.company:
        return person, {}
    return person, {
        "company": user.company,
        "vat_number": user.vat_number,
        "address": _address_fields(user, "business_"),
        "invoice_email": user.invoice_email,
        "invoice_address": _address_fields(user, "invoice_"),
    }


def _address_fields(user: DirectoryUser, prefix: str) -> dict[str, str]:
    return {part: getattr(user, f"{prefix}{part}") for part in PARTS}


# fmt: off
DIRECTORY = [
    _user(123, "Jan de_Vries", "jan.devries@example.com", "+31623456789", "nl",
          "Prinsengracht 263|1016 GV|Amsterdam|Nederland"),
    _user(456, "Maria van_Dam", "maria.vandam@example.com", "+31687654321", "nl",
          "Oude Gracht 88|3511 AV|Utrecht|Nederland"),
    _user(789, "Claire Fabre", "claire@example.com", "+33491555012", "fr", "12 quai du Port|13002|Marseille|France",
          company="Agence du Vieux-Port", vat_number="FR40303265045",
          business="12 quai du Port|13002|Marseille|France"),
    _user(801, "Hélène Marchand", "helene.marchand@example.org", "+33612345678", "fr",
          "8 rue des Martyrs|75009|Paris|France"),
    _user(802, "Yasmine Haddad", "yasmine.haddad@example.net", "+33755012345", "fr",
          "41 boulevard Chave|13005|Marseille|France"),
    _user(803, "Paul Besson", "paul.besson@example.com", "+33491555077", "fr",
          "3 avenue du Prado|13006|Marseille|France",
          company="Syndic Besson & Fils", vat_number="FR83404833048",
          business="3 avenue du Prado|13006|Marseille|France",
          invoice_email="comptabilite@example.com", invoice="BP 217|13267|Marseille Cedex 08|France"),
    _user(804, "Léa Garnier", "lea.garnier@example.org", "+33633221100", "fr",
          "27 rue Sainte|13001|Marseille|France"),
    _user(805, "Emma Thompson", "emma.thompson@example.net", "+447911123457", "en",
          "5 Clifton Terrace|BS8 4AB|Bristol|United Kingdom"),
    _user(806, "Joost van_den_Berg", "joost.vandenberg@example.net", "+31612345679", "nl",
          "Maliebaan 14|3581 CM|Utrecht|Nederland"),
    _user(807, "Sofie De_Smet", "sofie.desmet@example.com", "+32475000124", "nl",
          "Kortrijksesteenweg 210|9000|Gent|België",
          company="Bakkerij De Smet BV", vat_number="BE0417497106",
          business="Brabantdam 51|9000|Gent|België",
          invoice_email="facturen@example.com", invoice="Brabantdam 51|9000|Gent|België"),
    _user(808, "Pieter Claes", "pieter.claes@example.org", "+32486112234", "nl", "Coupure Links 77|9000|Gent|België"),
    _user(809, "An Peeters", "an.peeters@example.net", "+32470123457", "nl", "Visserij 132|9000|Gent|België"),
    _user(810, "Nuala Burke", "nuala.burke@example.com", "+353861234568", "en",
          "14 Dominick Street|H91 X0P2|Galway|Ireland"),
    _user(811, "Declan Joyce", "declan.joyce@example.org", "+353851234568", "en",
          "Barna Road|H91 T8KW|Galway|Ireland",
          company="Joyce & Sons Ltd", vat_number="IE6388047V",
          business="Liosban Estate 9|H91 F2P5|Galway|Ireland",
          invoice_email="accounts@example.org", invoice="Liosban Estate 9|H91 F2P5|Galway|Ireland"),
    _user(812, "Ciara Walsh", "ciara.walsh@example.net", "+353871234598", "en",
          "2 Sea Road|H91 C5D3|Galway|Ireland"),
    _user(813, "Thomas Lambert", "thomas.lambert@example.com", "+32490123457", "fr",
          "18 rue de Fer|5000|Namur|Belgique"),
    _user(814, "Isabelle Dumont", "isabelle.dumont@example.org", "+32476123456", "fr",
          "9 place du Vieux|5000|Namur|Belgique"),
    _user(815, "Ahmed Benkirane", "ahmed.benkirane@example.net", "+33677889900", "fr",
          "60 rue de la République|13002|Marseille|France",
          company="Café des Docks SAS", vat_number="FR61954506077",
          business="10 place de la Joliette|13002|Marseille|France",
          invoice_email="gestion@example.net", invoice="10 place de la Joliette|13002|Marseille|France"),
]
