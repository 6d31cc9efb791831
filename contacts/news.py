"""Messages, and what concerns one colleague, as people are told of them; see `config.notifications.news`."""

from collections.abc import Sequence
from itertools import batched
from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from config.accounts.models import Pro, User
from config.notifications.kinds import Kind
from config.notifications.news import News
from config.web.hooks import hooks

from .models import BulkRow, BulkRun, Contact, ContactEvent, ContactMessage, ContactNote, WaitingItem

# People whom one mail names.
FIRST = 10


def make_message_news(message: ContactMessage) -> News:
    """The mail about a message."""
    context = {"message": message, "contact": message.contact, "pro": message.pro}
    return _make_news(message.contact, "message_notification", context, is_own=False)


def make_own_news(contact: Contact, template: str, **context: Any) -> News:
    """A mail to a colleague about a person."""
    return _make_news(contact, template, {"contact": contact, **context}, is_own=True)


def make_overdue_news(pro: Pro, items: Sequence[WaitingItem]) -> News:
    """A mail to a colleague about people who wait longer than the target; each of them has one item."""
    people = [_describe_waiting(item) for item in items]
    path = people[0]["path"] if len(people) == 1 else reverse("waiting:list")
    context = {"people": people, "count": len(people), "url": settings.SITE_URL + reverse("waiting:list")}
    return News(pro, "overdue", context, path, is_own=True)


def _describe_waiting(item: WaitingItem) -> dict[str, Any]:
    """Name and address of who waits, and since when."""
    contact = item.contact
    path = reverse("waiting:person", args=[contact.pk]) if contact else item_url(item) or reverse("waiting:list")
    name = contact.name if contact else item.about
    return {"name": name, "path": path, "url": settings.SITE_URL + path, "since": item.since}


def item_url(item: WaitingItem) -> str:
    """Address of the page of what an item without a contact stands for, "" where there is none.

    The app that it belongs to gives it in its module `waiting`.
    """
    urls = (module.item_url(item) for module in hooks("waiting", "item_url"))
    return next(filter(None, urls), "")


def _make_news(contact: Contact, template: str, context: dict[str, Any], *, is_own: bool) -> News:
    path = reverse("waiting:person", args=[contact.pk])
    return News(contact.pro, template, {**context, "url": settings.SITE_URL + path}, path, is_own=is_own)


def make_key(contact: Contact, of: object) -> str:
    """The key of what concerns a colleague about a contact: of the job that tells it, as it may happen again."""
    return f"{contact.pk}:{of}"


def make_run_key(run: BulkRun, after: int) -> str:
    """The key of what a run has done from the row after a number on."""
    return f"{run.pk}:{after}:{run.position}"


def _contact_of(key: str) -> Contact | None:
    rows = Contact.objects.filter(pk=UUID(key.partition(":")[0]), deleted_at=None)
    return rows.select_related("pro", "assigned_to").first()


def _read_message(key: str, user: User | None) -> News | None:
    """The news, unless somebody has read the message."""
    rows = ContactMessage.objects.select_related("contact__pro", "pro", "connection")
    message = rows.filter(pk=UUID(key), read_at=None, is_silent=False).first()
    return make_message_news(message) if message else None


def _read_mention(key: str, user: User | None) -> News | None:
    if (contact := _contact_of(key)) is None:
        return None
    notes = ContactNote.objects.present().filter(contact=contact).exclude(mentions=[]).select_related("author")
    note = notes.order_by("-created_at").first()
    return make_own_news(contact, "mention", by=str(note.author or "")) if note else None


def _read_assignment(key: str, user: User | None) -> News | None:
    """The news, unless the person is somebody else's by now."""
    contact = _contact_of(key)
    if contact is None or user is None or contact.assigned_to_id != user.pk:
        return None
    events = ContactEvent.objects.filter(contact=contact, kind=ContactEvent.Kind.ASSIGNED)
    event = events.select_related("user", "token").order_by("-created_at", "-pk").first()
    return make_own_news(contact, "assignment", by=event.actor if event else "")


def read_assignments(key: str, user: User | None) -> News | None:
    """The news of those whom a run gave to a user and who are theirs still; None when there are none."""
    id, after, last = key.split(":")
    run = BulkRun.objects.filter(pk=UUID(id)).select_related("pro", "user").first()
    if run is None or user is None:
        return None
    rows = run.rows.filter(number__gt=int(after), number__lte=int(last), outcome=BulkRow.CHANGED)
    ids = rows.exclude(undo=BulkRow.UNDONE).order_by("number").values_list("before__contact", flat=True)
    count, first = 0, list[Contact]()
    for batch in batched(dict.fromkeys(filter(None, ids.iterator())), 1000):
        theirs = Contact.objects.filter(pk__in=batch, deleted_at=None, assigned_to=user).select_related("pro")
        count += theirs.count()
        first += theirs.order_by("name", "pk")[: FIRST - len(first)] if len(first) < FIRST else ()
    by = str(run.user or "")
    if count <= 1:
        return make_own_news(first[0], "assignment", by=by) if first else None
    people = [{"name": each.name, "url": _url_of(each)} for each in first]
    context = {"people": people, "count": count, "more": count - len(people), "by": by}
    path = reverse("waiting:list")
    return News(run.pro, "assignments", {**context, "url": settings.SITE_URL + path}, path, is_own=True)


def _url_of(contact: Contact) -> str:
    return settings.SITE_URL + reverse("waiting:person", args=[contact.pk])


def _read_silence(key: str, user: User | None) -> News | None:
    """The news, unless somebody has taken the person."""
    contact = _contact_of(key)
    if contact is None or contact.assigned_to_id:
        return None
    colleague = User.objects.filter(pk=int(key.rpartition(":")[2])).first()
    return make_own_news(contact, "silence", colleague=str(colleague or ""), hours=contact.pro.silent_hours)


def looks_after(user: User, item: WaitingItem) -> bool:
    """True if it is for the user to see that somebody is answered: owners, the assignee, and their stand-in."""
    assignee = item.assigned_to
    is_stand_in = assignee is not None and assignee.is_away and assignee.stand_in_id == user.pk
    return user.role == User.Role.OWNER or assignee == user or is_stand_in


def _read_overdue(key: str, user: User | None) -> News | None:
    """The news, unless somebody has answered, or the person is somebody else's by now."""
    rows = WaitingItem.objects.listed().filter(pk=int(key.partition(":")[0]))
    item = rows.select_related("contact", "pro", "assigned_to__pro").first()
    if item is None or (user and not looks_after(user, item)):
        return None
    return make_overdue_news(item.pro, [item])


def read_reminder(key: str, user: User | None) -> News | None:
    """The news, unless whoever came back was answered, or put off again."""
    rows = WaitingItem.objects.listed().filter(pk=int(key.partition(":")[0]), is_returned=True)
    item = rows.select_related("contact__pro").first()
    return make_own_news(item.contact, "reminder", words=item.later_words) if item and item.contact else None


NEWS = {
    Kind.MESSAGE: _read_message,
    Kind.MENTION: _read_mention,
    Kind.ASSIGNMENT: _read_assignment,
    Kind.ASSIGNMENTS: read_assignments,
    Kind.SILENCE: _read_silence,
    Kind.OVERDUE: _read_overdue,
    Kind.REMINDER: read_reminder,
}
