"""One field of several contacts is given other values."""

from config.accounts.models import ApiToken, User
from config.events.kinds import EventType
from config.events.publishing import publish
from config.saving import insert_many, update_many

from ..models import Contact, ContactEvent


def set_field_locked(field: str, values: dict[Contact, str], *, by: User | ApiToken | None) -> None:
    """Give one field of contacts of one Pro, whose book is held, other values, as `Contact.change` does one by one.

    For a field that is chosen from a list, on which no identity depends. Raises ValidationError.
    """
    events = []
    for contact, value in values.items():
        changes = {field: [getattr(contact, field), value]}
        contact.assign_fields({field: value})
        contact.derive_fields()
        events.append(contact.build_event(ContactEvent.Kind.CHANGED, by, changes))
    update_many(list(values), field, "applied_at", "updated_at")
    insert_many(events)
    for pro in {contact.pro for contact in values}:
        publish(pro, EventType.CONTACT_UPDATED, *values)
