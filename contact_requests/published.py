"""Events about contact requests, as programs are told of them; see `config.events.publishing`."""

from config.events.kinds import EventType
from config.events.publishing import Subject
from contacts.topics import REQUEST, make_topic

from .dialect import format_time, to_request_body
from .models import ContactRequest, DeletedRow
from .schemas import Deleted


def _describe_request(contact_request: ContactRequest) -> Subject:
    key = make_topic(REQUEST, contact_request.pk)
    return Subject(key, contact_request.contact_id, to_request_body(contact_request))


def _describe_gone(row: DeletedRow) -> Subject:
    return Subject(make_topic(REQUEST, row.pk), None, Deleted(row.pk, format_time(row.updated_at)))


SUBJECTS = {
    EventType.REQUEST_CREATED: _describe_request,
    EventType.REQUEST_UPDATED: _describe_request,
    EventType.REQUEST_DELETED: _describe_gone,
}
