"""Contacts of other programs: kept by the id that the program gives them, and created many at once."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from config.accounts.models import ApiToken, Pro
from config.events.kinds import EventType
from config.events.publishing import publish
from config.saving import insert_many

from ..addresses import identities_of
from ..models import Contact, ContactEvent, ContactIdentity, Erasure
from ..models.external_id import claim_external_id, find_holder
from ..models.locking import hold_book


class ErasurePlannedError(Exception):
    """The contact is to be erased, and who restores it may not undo that."""


def find_by_external_id(pro: Pro, external_id: str) -> Contact:
    """The Pro's contact with this external id, or into which the one that has it was merged. Raises DoesNotExist."""
    holder = find_holder(Contact.objects.for_pro(pro, deleted=None), external_id)
    if holder is not None and holder.merged_into_id:
        holder = Contact.objects.get_kept_contact(pro, holder.pk)
    if holder is None or holder.deleted_at:
        raise Contact.DoesNotExist
    return holder


def upsert_contact(pro: Pro, external_id: str, fields: dict[str, Any], *, by: ApiToken | None) -> tuple[Contact, bool]:
    """Change these fields of the contact with this external id, or create it; returns it, and True for a new one.

    Raises ValidationError with every invalid field. Two at once make one contact.
    """
    with transaction.atomic():
        hold_book(pro.pk)
        try:
            contact = find_by_external_id(pro, external_id)
        except Contact.DoesNotExist:
            return Contact.objects.register(pro, by=by, **fields, external_id=external_id), True
        contact.change(fields, by=by)
        return contact, False


def restore_contact(pro: Pro, id: uuid.UUID, *, by: ApiToken | None, keeps_erasure: bool = False) -> Contact:
    """Restore a deleted contact, and undo its planned erasure; a present one is returned as it is.

    Raises DoesNotExist, for a merged contact too, and with `keeps_erasure` ErasurePlannedError where one is planned.
    """
    contact = Contact.objects.for_pro(pro, deleted=None).filter(merged_into=None).select_related("pro").get(pk=id)
    if contact.deleted_at is None:
        return contact
    if keeps_erasure and Erasure.objects.for_pro(pro).planned().filter(person=id).exists():
        raise ErasurePlannedError
    contact.restore(by=by)
    return contact


def register_many(
    pro: Pro, rows: Sequence[Mapping[str, Any]], *, by: ApiToken | None
) -> list[Contact | ValidationError]:
    """Create a contact from the fields of each row, in a few statements; an invalid row is answered by its error.

    As `Contact.objects.register` creates each. Of rows with one external id the first one is created.
    """
    made = [_make_contact(pro, fields) for fields in rows]
    with transaction.atomic():
        hold_book(pro.pk)
        made = _refuse_taken(pro, made)
        contacts = [contact for contact in made if isinstance(contact, Contact)]
        _store_contacts(contacts, by)
        publish(pro, EventType.CONTACT_CREATED, *contacts)
    return made


def _make_contact(pro: Pro, fields: Mapping[str, Any]) -> Contact | ValidationError:
    """A valid, unsaved contact, or what is wrong with it."""
    contact = Contact(pro=pro)
    try:
        contact.assign_fields(dict(fields))
    except ValidationError as error:
        return error
    return contact


def _refuse_taken(pro: Pro, made: Sequence[Contact | ValidationError]) -> list[Contact | ValidationError]:
    """Refuse the contacts whose external id another one has, a row before them too."""
    ids = [contact.external_id for contact in made if isinstance(contact, Contact) and contact.external_id]
    taken = Contact.objects.for_pro(pro, deleted=None).filter(external_id__in=ids)
    stored, earlier = set(taken.values_list("external_id", flat=True)), set[str]()
    checked: list[Contact | ValidationError] = []
    for contact in made:
        if isinstance(contact, Contact) and (external_id := contact.external_id):
            checked.append(_check_external_id(contact, external_id in stored, external_id in earlier))
            earlier.add(external_id)
        else:
            checked.append(contact)
    return checked


def _check_external_id(contact: Contact, is_stored: bool, is_repeated: bool) -> Contact | ValidationError:
    try:
        if is_repeated:
            raise ValidationError({"external_id": "A row before this one has this external id."})
        if is_stored:
            claim_external_id(contact)
    except ValidationError as error:
        return error
    return contact


def _store_contacts(contacts: Sequence[Contact], by: ApiToken | None) -> None:
    for contact in contacts:
        contact.derive_fields()
    insert_many(contacts)
    identities = [
        contact.build_identity(*pair) for contact in contacts for pair in identities_of(contact.email, contact.phone)
    ]
    ContactIdentity.objects.bulk_create(identities, ignore_conflicts=True)
    insert_many([contact.build_event(ContactEvent.Kind.CREATED, by) for contact in contacts])
