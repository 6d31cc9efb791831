"""The receipt of a contact request: a page of its own for the visitor, whose address is the only key to it."""

import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode

from django.core import signing

from .models import ContactRequest

SIGNER = signing.Signer(salt="contact_requests.receipt")


def make_receipt_key(contact_request: ContactRequest) -> str:
    """Sign the id of a contact request for an address; 66 characters."""
    return SIGNER.sign(urlsafe_b64encode(contact_request.pk.bytes).decode().rstrip("="))


def find_by_receipt_key(key: str) -> ContactRequest | None:
    """The contact request with its property and Pro, in quarantine too; None for a forged key, or when it is gone."""
    try:
        id = uuid.UUID(bytes=urlsafe_b64decode(SIGNER.unsign(key) + "=="))
    except signing.BadSignature:
        return None
    return ContactRequest.objects.select_related("property", "pro").filter(pk=id).first()
