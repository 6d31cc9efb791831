"""A visitor's contact request, and the rows that follow from it."""

import uuid
from typing import Any

from django_tasks_db.models import DBTaskResult

from config.accounts.models import User
from contact_requests.models import ContactRequest, ContactRequestEvent
from contacts.conversations.writing import write_message
from contacts.models import Contact, ContactMessage

CONTENT = {
    "name": "Anna Visitor",
    "email": "Anna@Example.org",
    "phone": "+33612345678",
    "message": "Is it still free?",
    "language": "fr",
}
ID = uuid.UUID("bbbbbbbb-0000-4000-8000-000000000001")


def jobs() -> list[tuple[str, ...]]:
    """(task, arguments) of every job, in the order of the queue."""
    rows = DBTaskResult.objects.order_by("enqueued_at").values_list("task_path", "args_kwargs")
    return [(path.rpartition(".")[2], *arguments["args"]) for path, arguments in rows]


def events(contact_request: ContactRequest) -> list[tuple[Any, ...]]:
    """(from, to, user, token) of every status change."""
    return list(contact_request.events.values_list("from_status", "to_status", "user", "token"))


def assert_nothing_is_stored() -> None:
    models = (ContactRequest, Contact, ContactRequestEvent, ContactMessage, DBTaskResult)
    assert {model.__name__: model.objects.count() for model in models} == {model.__name__: 0 for model in models}


def answer(contact_request: ContactRequest, text: str, *, by: User, **options: Any) -> ContactMessage:
    """Answer a contact request by e-mail; it leaves at once."""
    by.undo_seconds = 0
    contact = Contact.objects.get(pk=contact_request.contact_id)
    return write_message(contact, text, channel="email", by=by, topic=f"request:{contact_request.pk}", **options)


class Broken:
    """A function, task or limit that fails."""

    def __call__(self, *args: object, **kwargs: object) -> None:
        raise RuntimeError

    hit = enqueue = __call__
