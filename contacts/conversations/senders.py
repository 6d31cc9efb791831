"""Corrections by the Pro: who wrote a message, and which addresses are a contact's.

What somebody types into a form proves nothing. A message from an address that was only stated joins the conversation
and waits for the Pro to confirm that it is the same person, or to give it a contact of its own.
"""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from config.accounts.models import User
from config.web.compiled import Compiled
from config.web.together import UNASKED, Answers

from ..addresses import email_key
from ..last_words import recount_threads
from ..models import Contact, ContactEvent, ContactIdentity, ContactMessage, SenderRule, StatedAddress
from ..waiting.arrivals import move_messages
from .rereading import reread_delivery


def find_unconfirmed_message(contact: Contact, answers: Answers = UNASKED) -> ContactMessage | None:
    """The newest message of a contact whose sender nobody has confirmed."""
    return answers.first(UNCONFIRMED.question(contact))


def _unconfirmed(contact: Contact) -> QuerySet[ContactMessage]:
    rows = ContactMessage.objects.filter(contact=contact, is_unconfirmed=True).select_related("contact")
    return rows.order_by("-created_at", "-id")[:1]


UNCONFIRMED = Compiled(_unconfirmed, keeps_plan=True)


def sender_identities(message: ContactMessage) -> list[tuple[str, str]]:
    """(channel, external id) by which the sender of a message was recognised."""
    return [(channel, external_id) for channel, external_id in message.sender]


def confirm_sender(message: ContactMessage) -> None:
    """Confirm that the contact wrote a message: its addresses are the contact's from now on.

    Raises DoesNotExist when the contact is deleted.
    """
    contact, identities = message.contact, sender_identities(message)
    with transaction.atomic():
        contact.lock()
        held = ContactIdentity.objects.filter(contact=contact)
        held.matching(identities).update(is_stated=False)
        # Who wrote to a reply address may have done so from an address that nobody knew.
        rows = [contact.build_identity(*pair) for pair in identities]
        ContactIdentity.objects.bulk_create(rows, ignore_conflicts=True)
        _messages_of(contact, message.sender).update(is_unconfirmed=False)


def separate_sender(message: ContactMessage, *, by: User) -> Contact:
    """Move an unconfirmed message, with all such of its sender, to the sender's contact, or to a new one; return it.

    Raises DoesNotExist when the contact is deleted, or the message is confirmed or moved already.
    """
    contact, identities = message.contact, sender_identities(message)
    with transaction.atomic():
        contact.lock()
        message.lock()
        if not message.is_unconfirmed or message.contact_id != contact.pk:
            raise Contact.DoesNotExist
        # A forged sender gives the contact's own address: that stays theirs.
        proven = contact.identities.matching(identities).filter(is_stated=False)
        own = set(proven.values_list("channel", "external_id"))
        ContactIdentity.objects.filter(contact=contact, is_stated=True).matching(identities).delete()
        others = ContactIdentity.objects.for_pro(contact.pro).exclude(contact=contact)
        if holder := others.matching(identities).first():
            newcomer = holder.contact
        else:
            newcomer = _make_contact(message, identities, without=own, by=by)
        moved = list(_messages_of(contact, message.sender))
        ContactMessage.objects.filter(pk__in=[row.pk for row in moved]).update(contact=newcomer, is_unconfirmed=False)
        move_messages(moved, newcomer)
        recount_threads([contact, newcomer])
        return newcomer


def _make_contact(
    message: ContactMessage, identities: list[tuple[str, str]], *, without: set[tuple[str, str]], by: User
) -> Contact:
    """A new contact with these identities; those `without` stay another's."""
    addresses = dict(pair for pair in identities if pair not in without)
    email, phone = addresses.get("email", ""), addresses.get("phone", "")
    name = message.sender_name or email or phone or message.address
    newcomer = Contact(
        pro=message.pro,
        name=name,
        email=email if "@" in email else "",
        phone=phone,
        source=message.channel,
        channel_preference=message.channel,
        language=message.contact.language,
        reached_by="" if "@" in email or phone else message.channel,
    )
    newcomer.save(force_insert=True)
    rows = [newcomer.build_identity(*pair) for pair in identities]
    ContactIdentity.objects.bulk_create(rows, ignore_conflicts=True)
    newcomer.record_event(ContactEvent.Kind.CREATED, by)
    return newcomer


def _messages_of(contact: Contact, sender: list[list[str]]) -> QuerySet[ContactMessage]:
    """Unconfirmed messages of a contact by the same sender."""
    rows = ContactMessage.objects.filter(contact=contact, is_unconfirmed=True)
    return rows.filter(pk__in=[row.pk for row in rows if row.sender == sender])


def accept_address(stated: StatedAddress, *, by: User) -> None:
    """Add a stated address to its contact: it identifies them from now on, and fills an empty field.

    Raises ValidationError when another contact has it, and DoesNotExist when the contact is deleted.
    """
    contact, pair = stated.contact, (stated.channel, stated.external_id)
    with transaction.atomic():
        contact.lock()
        holder = ContactIdentity.objects.for_pro(contact.pro).matching([pair]).exclude(contact=contact).first()
        if holder:
            text = _("%(name)s has this address. If they are one person, merge the two contacts.")
            raise ValidationError(text % {"name": holder.contact.name})
        if not getattr(contact, stated.channel):
            contact.change({stated.channel: stated.external_id}, by=by)
        ContactIdentity.objects.bulk_create([contact.build_identity(*pair)], ignore_conflicts=True)
        ContactIdentity.objects.filter(contact=contact).matching([pair]).update(is_stated=False)
        stated.delete()


def correct_sender(message: ContactMessage, role: str) -> None:
    """Store how e-mails from the address that sent a message are read from now on, and read this one again.

    The address is that of the machine or list (`by_way_of`) if there is one, else the sender's.
    """
    address = message.by_way_of or dict(sender_identities(message)).get("email", "")
    if "@" not in address or role not in SenderRule.Role.values:
        raise ValidationError(_("This message names no sender that could be corrected."))
    with transaction.atomic():
        SenderRule.objects.update_or_create(pro=message.pro, address=email_key(address), defaults={"role": role})
        if message.delivery_id:
            reread_delivery.enqueue(message.delivery_id)
