"""Customers without a UserHub id: a contact of the book, or a name with an e-mail address or phone."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.models import Contact
from contacts.models.locking import hold_book

from ..models import Inquiry

# Words with which a family name begins, and words before a name that are no given name.
PARTICLES = {
    *("af", "al", "ben", "d'", "da", "dal", "dalla", "de", "degli", "dei", "del", "della", "den", "der", "des", "di"),
    *("do", "dos", "du", "el", "en", "het", "in", "l'", "la", "las", "le", "les", "lo", "los", "op", "'t", "te", "ten"),
    *("ter", "thoe", "tot", "uit", "van", "vande", "vanden", "vander", "vom", "von", "zu", "zum", "zur"),
}
TITLES = {
    *("dhr", "dr", "drs", "fam", "familie", "famille", "heer", "ing", "ir", "m", "maître", "me", "melle", "mevr"),
    *("mevrouw", "mlle", "mme", "mr", "mrs", "ms", "mw", "prof"),
}
NO_ADDRESS = dict.fromkeys(("street", "postal_code", "city", "country"), "")


@dataclass(frozen=True)
class NamedCustomer:
    """A customer whom the office knows by `contact`, or else by name and an e-mail address or a phone (E.164)."""

    contact: Contact | None = None
    name: str = ""
    email: str = ""
    phone: str = ""

    def find_contact(self, inquiry: Inquiry) -> Contact:
        """The chosen contact as it is now, else the one with this address, made if there is none.

        Call it in a transaction. Raises ValidationError when the chosen one has been archived or merged meanwhile.
        """
        hold_book(inquiry.pro_id)
        if self.contact is None:
            return Contact.objects.find_or_create(
                inquiry.pro,
                name=self.name,
                email=self.email,
                phone=self.phone,
                source="inquiry",
                language=inquiry.pro.language,
            )
        contact = Contact.objects.for_pro(inquiry.pro).filter(pk=self.contact.pk).first()
        if contact is None:
            raise ValidationError({"contact": _("This contact has been archived or merged. Choose again.")})
        return contact

    def copy_to(self, inquiry: Inquiry) -> None:
        """Set the inquiry's contact, person and business, unsaved; what was typed comes before the contact's own."""
        contact = self.find_contact(inquiry)
        inquiry.contact = contact
        inquiry.person = {
            **split_name(self.name or contact.name),
            "email": self.email or contact.email,
            "phone": self.phone or contact.phone,
            "language": contact.language,
            "address": NO_ADDRESS,
        }
        inquiry.business = {}
        inquiry.profile_at = timezone.now()


def split_name(name: str) -> dict[str, str]:
    """{"first_name", "last_name"} of a whole name: "Jan de Vries" is Jan, "MARCHAND Hélène" is Hélène.

    An address that stands for a name is none.
    """
    words = name.split()
    if not any(c.isalpha() for c in name) or (len(words) == 1 and "@" in name):
        return _name_fields([], [])
    if "," in name.strip(" ,"):
        last, first = name.strip(" ,").split(",", 1)
        return _name_fields(first.split(), last.split())
    if words[0].strip(".").casefold() in TITLES:
        return _name_fields([], words)
    capitals = next((n for n, word in enumerate(words) if len(word.strip(".")) < 2 or not word.isupper()), 0)
    if capitals:
        return _name_fields(words[capitals:], words[:capitals])
    end = max(len(words) - 1, 1)
    start = next((n for n, name in enumerate(words) if name.casefold().replace("’", "'") in PARTICLES), end)
    return _name_fields(words[:start], words[start:])


def _name_fields(first: list[str], last: list[str]) -> dict[str, Any]:
    return {"first_name": " ".join(first), "last_name": " ".join(last)}
