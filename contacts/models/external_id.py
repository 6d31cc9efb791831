"""External ids: the key that another program gives a contact. One contact of a Pro holds it.

A deleted contact holds none: its id is free for another one, and comes back with a restore if it still is. A merged
contact holds its own for the one that it was merged into, which is found by both; undoing the merge needs nothing.
"""

import re
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db.models import CharField, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from .contact import Contact
    from .queryset import ContactQuerySet

MAX_LENGTH = 200
# It stands in addresses as it is, and in the log with them: so no "@", and no ".." either.
EXTERNAL_ID = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._:~=-]{{0,{MAX_LENGTH - 1}}}")
HOLDS_EXTERNAL_ID = ~Q(external_id="") & (Q(deleted_at__isnull=True) | Q(merged_into__isnull=False))
ONE_HOLDER = UniqueConstraint(fields=["pro", "external_id"], condition=HOLDS_EXTERNAL_ID, name="contact_external_id")


def validate_external_id(value: str) -> None:
    """Refuse what could not stand in an address."""
    if not EXTERNAL_ID.fullmatch(value):
        raise ValidationError(
            _("Use at most %(max)d letters without accents, digits and . _ : ~ = -, a letter or digit first."),
            params={"max": MAX_LENGTH},
        )


def make_external_id_field() -> CharField[Any, Any]:
    """The field of a contact; empty for none."""
    validators = [validate_external_id]
    return CharField(
        _("external id"), max_length=MAX_LENGTH, blank=True, default="", db_default="", validators=validators
    )


def find_holder(rows: "ContactQuerySet", external_id: str) -> "Contact | None":
    """The contact among all rows of a Pro that holds the id; for a merged one see `get_kept_contact`."""
    return rows.filter(HOLDS_EXTERNAL_ID, external_id=external_id).first()


def drop_taken_external_id(contact: "Contact") -> None:
    """Take its id from a contact, unsaved, when another one holds it by now. The caller holds the book."""
    if contact.external_id and _others(contact).exists():
        contact.external_id = ""


def claim_external_id(contact: "Contact") -> None:
    """Make sure that a contact may hold its id. Raises ValidationError when another one is found by it.

    The caller holds the book. One that was merged into a contact which is deleted by now gives it up.
    """
    if not contact.external_id or (holder := _others(contact).first()) is None:
        return
    rows = type(contact).objects
    if holder.deleted_at is None or rows.get_kept_contact(contact.pro, holder.pk).deleted_at is None:
        raise ValidationError({"external_id": _("Another contact has this external id.")})
    rows.filter(pk=holder.pk).update(external_id="")


def _others(contact: "Contact") -> "ContactQuerySet":
    rows = type(contact).objects.for_pro(contact.pro, deleted=None).exclude(pk=contact.pk)
    return rows.filter(HOLDS_EXTERNAL_ID, external_id=contact.external_id)
