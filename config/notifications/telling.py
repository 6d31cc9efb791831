"""Tell people of an event: the one verb by which every notification leaves.

Where one person is told by one mail at once, it is sent by the caller's job, which notes that. Whatever else there is
to remember, such as several people or a mail later, is a row for each person: one event and one person are one row,
however often the caller's job is run.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from config.accounts.models import Pro, User
from config.saving import insert_missing

from .mailing import mail_news, mail_one, mail_together
from .models import Notification, Plan, Preferences
from .news import Event, News
from .pushing import begin_push, push_due
from .readers import Reader, find_readers


def tell(event: Event, news: News, *, assignee: User | None, without_office: bool = False) -> bool:
    """Tell whoever is told of an event about a person; False when nobody is, or the mail is not sent for good.

    Call it outside of a transaction. `without_office`: the office reads it anyway where it came in.
    """
    readers = find_readers(news.pro, event.kind, assignee)
    return _tell_readers([event], news, [each for each in readers if not (without_office and each.to_office)])


def tell_user(event: Event, news: News, user: User) -> bool:
    """Tell one user of something that concerns them, if they want to be told; see `tell`."""
    return tell_user_of_several([event], news, user)


def tell_user_of_several(events: Sequence[Event], news: News, user: User) -> bool:
    """Tell one user of events of one kind and moment; `news` is the mail about all of them, for one at once."""
    rows = Preferences.objects.with_devices().filter(user=user)
    row = rows.select_related("user", "pro").first()
    return _tell_readers(events, news, [Reader(user, row)] if row is None or row.wants(events[0].kind) else [])


def wants_any(pro: Pro) -> bool:
    """True if somebody of the office has settings, by which they may be told of what the office itself is not."""
    return Preferences.objects.of_present(pro).exists()


def _tell_readers(events: Sequence[Event], news: News, readers: Sequence[Reader]) -> bool:
    now = timezone.now()
    told = [(reader, plan) for reader in readers if (plan := reader.plan(now)).is_any]
    if len(told) == 1 and told[0][1] == Plan(None, now):
        return _mail_at_once(news, told[0][0])
    with transaction.atomic():
        for reader, plan in told:
            rows = [_make_row(event, news.pro, reader, plan, now) for event in events]
            for number, row in enumerate(rows):
                # One mail names them in their order.
                row.created_at += timedelta(microseconds=number)
            if new := [row for row in rows if _store_notification(row)]:
                _enqueue_push(new[0], now)
    return bool(told)


def _mail_at_once(news: News, reader: Reader) -> bool:
    if mail_news(news, reader.user, to_office=reader.to_office):
        return True
    return reader.is_theirs and mail_news(news, None, to_office=True)


def _make_row(event: Event, pro: Pro, reader: Reader, plan: Plan, now: datetime) -> Notification:
    return Notification(
        pro=pro,
        user=reader.user,
        kind=event.kind,
        key=event.key,
        contact_id=event.contact_id,
        to_office=reader.to_office,
        is_theirs=reader.is_theirs,
        is_together=plan != Plan(None, now),
        push_at=plan.push_at,
        due_at=plan.mail_at,
        created_at=now,
    )


def _store_notification(row: Notification) -> bool:
    """Store a notification and enqueue its mail; False where there is one already."""
    if not insert_missing(row):
        return False
    enqueue_mail(row)
    return True


def _enqueue_push(row: Notification, now: datetime) -> None:
    """Enqueue the push of a notification, and of all others that are to be pushed to its user by then."""
    if row.push_at is None or row.user_id is None:
        return
    if row.push_at <= now:
        begin_push(row.user_id)
    else:
        push_due.using(run_after=row.push_at).enqueue(row.user_id)


def enqueue_mail(row: Notification) -> None:
    """Enqueue the mail of a notification for when it is due, in the transaction that stores it."""
    if row.due_at is None:
        return
    if row.user_id is None or not row.is_together:
        mail_one.enqueue(str(row.pk))
        return
    # One job mails all that is due to a user. What it misses, as it is stored at the same moment, is swept up.
    same = Notification.objects.waiting().filter(user=row.user_id, is_together=True, due_at=row.due_at)
    if not same.exclude(pk=row.pk).exists():
        mail_together.using(run_after=row.due_at).enqueue(row.user_id)
