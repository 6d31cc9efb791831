import uuid
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Self

from django.db import IntegrityError, transaction
from django.db.models.fields.tuple_lookups import TupleLessThan
from django.db.models.functions import Lower
from django.utils import timezone

from config.accounts.models import ApiToken, Pro, TenantQuerySet, User
from config.events.kinds import EventType
from config.events.publishing import publish
from config.instances import make_instance
from config.round_trips import writing_together
from config.saving import insert_many, insert_soon

from ..addresses import email_key, identities_of
from ..search_text import contact_terms
from .event import ContactEvent
from .external_id import claim_external_id
from .holders import Identity, find_holders
from .identity import ContactIdentity
from .locking import hold_book
from .stated_address import StatedAddress
from .waiting import WaitingItem

if TYPE_CHECKING:
    from .contact import Contact
type Newcomer = tuple["Contact", list[Identity]]


class ContactQuerySet(TenantQuerySet["Contact"]):
    def for_pro(self, pro: Pro, *, deleted: bool | None = False) -> Self:
        """Contacts of a Pro that are not deleted; with `deleted` the archived ones, without the merged ones.

        With `deleted=None` all of them, archived and merged ones too.
        """
        rows = super().for_pro(pro)
        if deleted is None:
            return rows
        return rows.filter(deleted_at__isnull=False, merged_into=None) if deleted else rows.filter(deleted_at=None)

    def get_kept_contact(self, pro: Pro, id: uuid.UUID) -> "Contact":
        """Contact into which the Pro's contact `id` was merged, at the end of the chain; it may be archived.

        Raises DoesNotExist when the Pro has no such contact, or it was not merged.
        """
        contact = self.for_pro(pro, deleted=None).exclude(merged_into=None).get(pk=id)
        while contact.merged_into_id:
            contact = self.for_pro(pro, deleted=None).get(pk=contact.merged_into_id)
        return contact

    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-id")

    def conversations(self, place: tuple[datetime, uuid.UUID] | None, size: int) -> tuple[list["Contact"], bool]:
        """A page of contacts with something in their thread, the newest last word first, and True when more follow.

        `place` is (last word, id) of the last contact of the page before.
        """
        rows = self.filter(last_word_at__isnull=False).order_by("-last_word_at", "-id")
        if place:
            rows = rows.filter(TupleLessThan(("last_word_at", "id"), place))
        page = list(rows[: size + 1])
        return page[:size], len(page) > size

    def search(self, text: str, *, by_word: bool = False) -> Self:
        """Contacts with `text` in name, e-mail or phone; case, accents and the grouping of digits are ignored.

        Or with each of its words, in any order, as people look for people. Everybody when there is nothing to look for.
        """
        return self.filter(self.model.search_index.matching(contact_terms(text, by_word=by_word), self.db))

    def same_address(self, channel: str, external_id: str) -> Self:
        """Contacts with this e-mail, in any case, or this phone in E.164; none for other channels."""
        if channel == "email":
            return self.alias(email_key=Lower("email")).filter(email_key=email_key(external_id))
        return self.filter(phone=external_id) if channel == "phone" else self.none()

    def find_same_address(self, pro: Pro, **fields: Any) -> list["Contact"]:
        """The Pro's contacts with the e-mail or phone of a new contact with these fields, at most 5.

        Raises ValidationError, as `register` does.
        """
        newcomer = self.model(pro=pro)
        newcomer.assign_fields(fields)
        present = self.for_pro(pro)
        same = [present.same_address(*pair) for pair in identities_of(newcomer.email, newcomer.phone)]
        return list(reduce(or_, same, self.none()).order_by("created_at", "id")[:5])

    def register(
        self, pro: Pro, *, by: User | ApiToken | None = None, id: uuid.UUID | None = None, **fields: Any
    ) -> "Contact":
        """Create a contact. Raises ValidationError with every invalid field.

        If the Pro has a contact with the same e-mail or phone, the two are likely duplicates, and messages still go
        to the older one. The same `id` with the same fields is one form, sent twice: one contact.
        """
        contact = self.model(pro=pro)
        contact.assign_fields(fields)
        if id:
            contact.pk = self.make_form_id(pro, id, fields)
        try:
            return self._register(contact, by)
        except IntegrityError:
            earlier = self.filter(pk=contact.pk).first() if id else None
            if earlier is None:
                raise
            return earlier

    @staticmethod
    def make_form_id(pro: Pro, id: uuid.UUID, fields: dict[str, Any]) -> uuid.UUID:
        """Id of the contact that the form `id` creates when it is sent with these fields."""
        return uuid.uuid5(id, repr((pro.pk, sorted(fields.items()))))

    def _register(self, contact: "Contact", by: User | ApiToken | None) -> "Contact":
        contact.derive_fields()
        with writing_together():
            hold_book(contact.pro_id)
            claim_external_id(contact)
            insert_soon(contact)
            contact.hold_identities()
            contact.record_event(ContactEvent.Kind.CREATED, by)
        return contact

    def find_or_create(
        self, pro: Pro, *, identities: Collection[tuple[str, str]] = (), stated_in: str = "", **fields: Any
    ) -> "Contact":
        """The Pro's contact with one of these `identities` (channel, external id; the most reliable first) or this
        e-mail or phone (E.164); created from `fields` if there is none.

        A known contact gets the address that it lacks; no value is overwritten. Two concurrent calls for one new
        person create one contact: the unique identity decides, and the loser looks again.

        `stated_in` names where somebody merely typed the addresses, such as a form: then a known contact gets none of
        them, they are suggested to the Pro, and those of a new contact are marked as stated.
        """
        # Without a savepoint: on an error the caller's transaction fails as a whole.
        with transaction.atomic(savepoint=False):
            hold_book(pro.pk)
            return self.find_or_create_locked(pro, identities=identities, stated_in=stated_in, **fields)

    def find_or_create_locked(
        self, pro: Pro, *, identities: Collection[tuple[str, str]] = (), stated_in: str = "", **fields: Any
    ) -> "Contact":
        """The same for a caller who holds the book."""
        newcomer = make_instance(self.model, **fields)
        newcomer.pro = pro
        contact, changes = self.store_or_fill_in(newcomer, also=identities, stated_in=stated_in)
        if changes is None:
            contact.record_event(ContactEvent.Kind.CREATED, None)
        elif changes:
            contact.record_event(ContactEvent.Kind.CHANGED, None, changes)
        return contact

    def store_or_fill_in(
        self,
        newcomer: "Contact",
        *,
        id: uuid.UUID | None = None,
        is_new: bool = False,
        also: Collection[tuple[str, str]] = (),
        stated_in: str = "",
    ) -> tuple["Contact", dict[str, list[str]] | None]:
        """Store an unsaved contact, or fill in the contact that is known by its e-mail or phone (E.164).

        The caller holds the book (`hold_book`). `also` are identities that are more reliable than those two. `id`
        names a contact that comes before any other, if the Pro has it. `is_new`: no contact was known a moment ago,
        so none is looked up unless the unique identity is violated. `stated_in` is that of `find_or_create`. Returns
        the stored contact and its changes as {field: [before, after]}, None when the newcomer was stored.
        """
        # The first match decides: if e-mail and phone lead to two contacts, the e-mail is more reliable.
        identities = list(dict.fromkeys([*also, *identities_of(newcomer.email, newcomer.phone)]))
        for attempt in range(3):
            try:
                is_looked_up = attempt > 0 or not is_new
                if is_looked_up and (known := self._fill_in_known(newcomer, identities, id, also, stated_in)):
                    return known
                self.store_new([(newcomer, identities)], is_stated=bool(stated_in), is_unknown=is_looked_up)
                newcomer.is_new = True
                return newcomer, None
            except (IntegrityError, self.model.DoesNotExist):
                if transaction.get_rollback():
                    raise
        raise IntegrityError("a contact with this identity appears and disappears")

    def store_new(self, newcomers: Sequence[Newcomer], *, is_stated: bool = False, is_unknown: bool = False) -> None:
        """Store unsaved contacts with their identities; the caller holds the book.

        Raises IntegrityError when another contact holds one of the identities. Then none of them is stored. With
        `is_unknown` the caller has looked, with the book held, and found nobody: there is no savepoint then.
        """
        identities = [row.build_identity(*pair, is_stated=is_stated) for row, pairs in newcomers for pair in pairs]
        contacts = [contact for contact, _pairs in newcomers]
        for contact in contacts:
            contact.derive_fields()
        with transaction.atomic(savepoint=not is_unknown):
            # It leaves with its identities, so that what either violates is raised here.
            if len(contacts) == 1 and identities:
                insert_soon(*contacts)
            else:
                insert_many(contacts)
            insert_many(identities)

    def _fill_in_known(
        self,
        newcomer: "Contact",
        identities: list[tuple[str, str]],
        id: uuid.UUID | None,
        also: Collection[tuple[str, str]],
        stated_in: str,
    ) -> tuple["Contact", dict[str, list[str]]] | None:
        """The known contact and its changes; None when no contact is known."""
        pro = newcomer.pro
        holders = find_holders(pro.pk, identities)
        by_id = self.for_pro(pro).filter(pk=id).first() if id else None
        known = by_id or next((holders[pair] for pair in identities if pair in holders), None)
        if known is None:
            return None
        if stated_in:
            StatedAddress.objects.suggest(known, identities, stated_in)
            return known, {}
        fields = {name: getattr(newcomer, name) for name in known.FILLABLE}
        has_all = all(getattr(known, name) or not value for name, value in fields.items())
        # Most senders come again with nothing new. The book is locked, so nothing read here is outdated.
        if has_all and all(holders.get(pair) == known for pair in identities):
            return known, {}
        return known, self.fill_in(known, fields, also=also)

    def fill_in(
        self, contact: "Contact", fields: dict[str, str], *, also: Collection[tuple[str, str]] = ()
    ) -> dict[str, list[str]]:
        """Fill in empty fields of a contact (names of FILLABLE); an e-mail or phone only unless it is another's.

        No value is overwritten. Returns the changes as {field: [before, after]}. `also` are further identities,
        (channel, external id), that the contact gets unless another holds them. Raises DoesNotExist when the contact
        was deleted meanwhile: it must not hold an identity again.
        """
        contact.lock()
        identities = [*also, *identities_of(fields.get("email", ""), fields.get("phone", ""))]
        # A sender who is known only by what somebody typed proves nothing of their further addresses.
        held = contact.identities.matching(identities)
        is_stated = held.exists() and not held.filter(is_stated=False).exists()
        ContactIdentity.objects.bulk_create(
            [contact.build_identity(*pair, is_stated=is_stated) for pair in identities], ignore_conflicts=True
        )
        own = set(contact.identities.held().values_list("channel", "external_id"))
        foreign = {channel for channel, external_id in identities if (channel, external_id) not in own}
        given = {name: value for name, value in fields.items() if value and name not in foreign}
        missing = {name: value for name, value in given.items() if not getattr(contact, name)}
        for name, value in missing.items():
            setattr(contact, name, value)
        if missing:
            contact.save(update_fields=missing)
        return {name: ["", value] for name, value in missing.items()}

    def archive_locked(self, contacts: list["Contact"], *, by: User | ApiToken | None) -> None:
        """Soft-delete contacts of one Pro, whose book is held, pass their identities on, and let them wait no more.

        See `Contact.archive`.
        """
        now = timezone.now()
        for contact in contacts:
            contact.deleted_at = now
        self.filter(pk__in=[contact.pk for contact in contacts]).update(deleted_at=now, updated_at=now)
        identities = ContactIdentity.objects.filter(contact__in=contacts)
        held = list(identities.held().values_list("contact", "channel", "external_id"))
        identities.release()
        by_id = {contact.pk: contact for contact in contacts}
        shared = self._shared_addresses(contacts[0].pro, held)
        for contact_id, channel, external_id in held:
            if (channel, external_id) in shared:
                by_id[contact_id].pass_on_identities([(channel, external_id)])
        WaitingItem.objects.filter(contact__in=contacts).end(WaitingItem.Outcome.ARCHIVED, by=by)
        events = [contact.build_event(ContactEvent.Kind.DELETED, by) for contact in contacts]
        ContactEvent.objects.bulk_create(events)
        publish(contacts[0].pro, EventType.CONTACT_DELETED, *contacts)

    def _shared_addresses(self, pro: Pro, held: list[tuple[uuid.UUID, str, str]]) -> set[tuple[str, str]]:
        """Those of these identities that are the e-mail or phone of a present contact."""
        ids = {channel: [id for _contact, other, id in held if other == channel] for channel in ("email", "phone")}
        present = self.for_pro(pro)
        same = present.alias(email_key=Lower("email")).filter(email_key__in=ids["email"])
        emails = same.values_list("email", flat=True)
        phones = present.filter(phone__in=ids["phone"]).values_list("phone", flat=True)
        return {*(("email", email_key(email)) for email in emails), *(("phone", phone) for phone in phones)}
