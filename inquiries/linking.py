"""Linking an inquiry to the contact that its customer is."""

from django.db import transaction

from contacts.models import Contact
from contacts.models.locking import hold_book

from .models import Inquiry
from .waiting import follow_contact


def link_contact(inquiry: Inquiry, contact: Contact | None) -> None:
    """Link one of the Pro's contacts as the customer, or none; what waits because of the inquiry moves along.

    Raises Contact.DoesNotExist for another Pro's contact and for one archived or merged in the meantime.
    """
    with transaction.atomic():
        # Locked before the inquiry, as a merge does, which moves the inquiries of the merged contact.
        hold_book(inquiry.pro_id)
        inquiry.lock()
        inquiry.contact = Contact.objects.for_pro(inquiry.pro).get(pk=contact.pk) if contact else None
        inquiry.save(update_fields=["contact", "updated_at"])
        follow_contact(inquiry)
