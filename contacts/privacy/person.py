"""A person as their data has them: a contact, everybody merged into it, and all their addresses."""

from dataclasses import dataclass, field, replace
from uuid import UUID

from django.db.models import Q

from config.accounts.models import Pro

from ..addresses import identities_of
from ..models import Contact, ContactIdentity

# What is shorter could stand anywhere.
SHORTEST = 5


@dataclass(frozen=True)
class Person:
    """`ids` are those of the contact and of all that were merged into it; `addresses` are (channel, external id).

    `deliveries` are ids of providers' calls that speak of the person, see `originals`.
    """

    pro: Pro
    contact: Contact
    ids: tuple[UUID, ...]
    names: frozenset[str]
    addresses: frozenset[tuple[str, str]]
    deliveries: tuple[int, ...] = field(default=())

    def with_deliveries(self, ids: tuple[int, ...]) -> "Person":
        """The same person with these deliveries."""
        return replace(self, deliveries=ids)

    @property
    def emails(self) -> list[str]:
        """E-mail addresses in lower case."""
        return sorted(external_id for channel, external_id in self.addresses if channel == "email")

    @property
    def phones(self) -> list[str]:
        """Phone numbers in E.164."""
        return sorted({external_id for _channel, external_id in self.addresses if external_id.startswith("+")})

    @property
    def terms(self) -> list[str]:
        """Texts, in lower case, that show a copy to be of this person: ids, addresses, and names of several words."""
        ids = [text for id in self.ids for text in (str(id), id.hex)]
        addresses = [text for _channel, id in self.addresses for text in (id, id.lstrip("+"))]
        names = [name for name in self.names if len(name.split()) > 1]
        return sorted({text.lower() for text in (*ids, *addresses, *names) if len(text) >= SHORTEST})

    @property
    def has_address(self) -> Q:
        """Rows with `email` or `phone` that are the person's."""
        same = Q(pk__in=[])
        for email in self.emails:
            same |= Q(email__iexact=email)
        return same | Q(phone__in=self.phones)


def find_person(contact: Contact) -> Person:
    """The person of a contact, archived or not. A merged contact is to be looked up by the one it was merged into."""
    contacts = [contact]
    newest = [contact.pk]
    while newest:
        merged = list(Contact.objects.filter(merged_into__in=newest))
        contacts += merged
        newest = [each.pk for each in merged]
    ids = tuple(each.pk for each in contacts)
    addresses = {pair for each in contacts for pair in identities_of(each.email, each.phone)}
    addresses |= set(ContactIdentity.objects.filter(contact__in=ids).values_list("channel", "external_id"))
    names = frozenset(each.name for each in contacts)
    return Person(contact.pro, contact, ids, names, frozenset(addresses))
