"""Events about contact requests, as programs are told of them; see `config.events.publishing`."""

from config.events.kinds import EventType
from config.events.publishing import Subject
from contacts.topics import REQUEST, make_topic

from .dialect import to_body
from .models import ContactRequest


def _describe(contact_request: ContactRequest) -> Subject:
    key = make_topic(REQUEST, contact_request.pk)
    return Subject(key, contact_request.contact_id, to_body(contact_request))


SUBJECTS = {EventType.REQUEST_CREATED: _describe, EventType.REQUEST_UPDATED: _describe}
