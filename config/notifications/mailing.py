"""Mails of notifications: one about one event, or one about several together.

A job claims what it mails in one statement, and notes it when the mail is sent. No transaction is open meanwhile. A
crash between sending and noting is the one moment in which a mail can go out twice.
"""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.tasks import TaskContext, task
from django.urls import reverse
from django.utils import timezone

from config.accounts.automatic_mails import send_account_mail, send_automatic
from config.accounts.models import BouncedAddress, Pro, User
from config.jobs.several import several
from config.saving import insert_missing
from config.web import mail

from .models import Notification, NotificationQuerySet
from .news import News, read_news

State = Notification.State
# Lines of one mail; the list of who waits has the others.
MAX_LINES = 50

type Told = tuple[Notification, News]


def mail_news(news: News, user: User | None, *, to_office: bool) -> bool:
    """Mail what happened to a user, or to the office's address; False when it is not sent for good."""
    if news.is_own and user:
        send_account_mail(user, news.template, news.context, to=user.email)
        return True
    options = {"reply_to": news.reply_to} if news.reply_to else {}
    return _send_news(news.pro, news.template, news.context, user, to_office=to_office, **options)


def _send_news(pro: Pro, template: str, context: Any, user: User | None, *, to_office: bool, **options: Any) -> bool:
    reader = pro if to_office or user is None else user
    return send_automatic(
        pro,
        template,
        context,
        kind=BouncedAddress.Mail.NOTIFICATION,
        to=reader.email,
        language=reader.language,
        headers=mail.AUTO_GENERATED,
        **options,
    )


@several(at_most=10)
@task(takes_context=True, queue_name="mail")
def mail_one(context: TaskContext, id: str) -> None:
    """Mail one notification, unless it was seen or mailed."""
    _mail_due(context, Notification.objects.filter(pk=UUID(id)))


@task(takes_context=True, queue_name="mail")
def mail_together(context: TaskContext, user_id: int) -> None:
    """Mail what is due to a user, in one mail if it is more than one thing."""
    _mail_due(context, Notification.objects.filter(user=user_id, is_together=True))


def _mail_due(context: TaskContext, rows: NotificationQuerySet) -> None:
    claimed = rows.claim(UUID(context.task_result.id), timezone.now())
    told = [(row, news) for row in claimed if _is_present(row) and (news := read_news(row))]
    _end_notifications({row.pk for row in claimed} - {row.pk for row, _news in told}, State.OVER)
    # A user's own mails, and those that go to the office's address by the user's settings.
    for to_office in (False, True):
        if part := [each for each in told if each[0].to_office == to_office]:
            _mail_part(part, to_office=to_office)


def _is_present(row: Notification) -> bool:
    return row.user is None or (row.user.is_active and row.user.pro_id == row.pro_id)


def _mail_part(told: Sequence[Told], *, to_office: bool) -> None:
    rows, user = [row for row, _news in told], told[0][0].user
    if len(told) == 1:
        is_sent = mail_news(told[0][1], user, to_office=to_office)
    else:
        is_sent = _mail_digest(told, user, to_office=to_office)
    if not is_sent:
        _give_to_office([row for row in rows if row.is_theirs])
    _end_notifications({row.pk for row in rows}, State.MAILED if is_sent else State.REFUSED)


def _mail_digest(told: Sequence[Told], user: User | None, *, to_office: bool) -> bool:
    row, _news = told[0]
    language = row.pro.language if to_office or user is None else user.language
    lines = [
        {
            "text": mail.compose_subject(news.template, news.context, language),
            "url": settings.SITE_URL + news.path,
            "at": each.created_at,
        }
        for each, news in told[:MAX_LINES]
    ]
    context = {
        "lines": lines,
        "count": len(told),
        "more": len(told) - len(lines),
        "url": settings.SITE_URL + reverse("waiting:list"),
    }
    return _send_news(row.pro, "digest", context, user, to_office=to_office)


def _give_to_office(rows: Sequence[Notification]) -> None:
    """Tell the office of what does not get to the assignee."""
    with transaction.atomic():
        for row in rows:
            copy = Notification(pro_id=row.pro_id, kind=row.kind, key=row.key, contact_id=row.contact_id)
            copy.to_office, copy.due_at = True, timezone.now()
            if insert_missing(copy):
                mail_one.enqueue(str(copy.pk))


def _end_notifications(ids: Collection[UUID], state: State) -> None:
    if ids:
        Notification.objects.filter(pk__in=ids).end(state)
