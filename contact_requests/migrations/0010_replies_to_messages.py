"""Makes the replies to contact requests messages of the contact's conversation, with their ids, and back.

A mail that went out as "<reply.<id>@…>" keeps this Message-ID, by which it is recognised when it is returned.
"""

from datetime import timedelta
from itertools import batched

from django.db import migrations
from django.utils import timezone

from config.web.mail import make_message_id
from contacts.search_text import message_search_text

BATCH = 500
# The last attempt to send a reply was half a day after the first.
TRIED_FOR = timedelta(days=1)
SUBJECTS = {
    "en": "Your message about {}",
    "fr": "Votre message au sujet de {}",
    "nl": "Uw bericht over {}",
}
SEND_REPLY, SEND_MESSAGE = "contact_requests.mails.send_reply", "contacts.conversations.sending.send_message"
REQUESTS, MESSAGES = "contact_requests.contactrequest.contact", "contacts.contactmessage.contact"


def make_messages(apps, schema_editor):
    alias = schema_editor.connection.alias
    Message = apps.get_model("contacts", "ContactMessage")
    replies = apps.get_model("contact_requests", "Reply").objects.using(alias)
    rows = replies.select_related("contact_request__property").order_by("created_at", "id")
    for batch in batched(rows.iterator(BATCH), BATCH):
        messages = [_make_message(Message, reply) for reply in batch]
        Message.objects.using(alias).bulk_create(messages)
        _note_last_message(apps, alias, messages)
    _follow_merges(apps, alias)


def _make_message(Message, reply):
    request = reply.contact_request
    subject = SUBJECTS.get(request.language, SUBJECTS["en"]).format(request.property.title)[:200]
    return Message(
        id=reply.pk,
        pro_id=request.pro_id,
        contact_id=request.contact_id,
        channel="email",
        external_id=make_message_id(f"reply.{reply.pk}") if reply.sent_at else "",
        address=request.email,
        subject=subject,
        text=reply.body,
        search_text=message_search_text(subject, reply.body),
        topic=f"request:{request.pk}",
        state=_state_of(reply),
        error=reply.error,
        author_id=reply.author_id,
        created_at=reply.created_at,
        sent_at=reply.sent_at,
    )


def _state_of(reply):
    if reply.sent_at:
        # The one error of a reply that was sent is that it came back.
        return "failed" if reply.error else "sent"
    return "failed" if reply.created_at < timezone.now() - TRIED_FOR else "sending"


def _note_last_message(apps, alias, messages):
    contacts = apps.get_model("contacts", "Contact").objects.using(alias)
    for message in messages:
        rows = contacts.filter(pk=message.contact_id)
        rows.filter(last_message_at=None).update(last_message_at=message.created_at)
        rows.filter(last_message_at__lt=message.created_at).update(last_message_at=message.created_at)


def _follow_merges(apps, alias):
    """Let replies go along with their contact request when a merge is undone."""
    Message = apps.get_model("contacts", "ContactMessage")
    merges = apps.get_model("contacts", "ContactMerge").objects.using(alias)
    for merge in merges.filter(undone_at=None).iterator(BATCH):
        topics = [f"request:{id}" for id in merge.moved.get(REQUESTS, [])]
        moved = Message.objects.using(alias).filter(topic__in=topics).values_list("pk", flat=True) if topics else []
        if ids := [str(pk) for pk in moved if str(pk) not in merge.moved.get(MESSAGES, [])]:
            merge.moved = {**merge.moved, MESSAGES: [*merge.moved.get(MESSAGES, []), *ids]}
            merge.save(update_fields=["moved"])


def make_replies(apps, schema_editor):
    """Make the e-mails about contact requests that left by the installation's own mail replies again.

    What left by a channel stays a message of the conversation.
    """
    alias = schema_editor.connection.alias
    Message, Reply = apps.get_model("contacts", "ContactMessage"), apps.get_model("contact_requests", "Reply")
    requests = apps.get_model("contact_requests", "ContactRequest").objects.using(alias)
    rows = Message.objects.using(alias).filter(topic__startswith="request:", channel="email", connection=None)
    rows = rows.exclude(state="received").filter(files=None)
    for batch in batched(rows.order_by("created_at", "id").iterator(BATCH), BATCH):
        ids = {row.topic.partition(":")[2] for row in batch}
        known = {str(pk) for pk in requests.filter(pk__in=ids).values_list("pk", flat=True)}
        kept = [row for row in batch if row.topic.partition(":")[2] in known]
        Reply.objects.using(alias).bulk_create([_make_reply(Reply, row) for row in kept])
        Message.objects.using(alias).filter(pk__in=[row.pk for row in kept]).delete()
        _send_replies_by_jobs(apps, alias, {str(row.pk) for row in kept})


def _make_reply(Reply, message):
    return Reply(
        id=message.pk,
        contact_request_id=message.topic.partition(":")[2],
        author_id=message.author_id,
        body=message.text[:10_000],
        created_at=message.created_at,
        sent_at=message.sent_at,
        error=message.error,
    )


def _send_replies_by_jobs(apps, alias, ids):
    """Let the jobs that wait send them as replies."""
    jobs = apps.get_model("django_tasks_database", "DBTaskResult").objects.using(alias)
    for job in jobs.filter(task_path=SEND_MESSAGE).exclude(status="SUCCESSFUL"):
        if job.args_kwargs["args"][0] in ids:
            jobs.filter(pk=job.pk).update(task_path=SEND_REPLY)


class Migration(migrations.Migration):

    dependencies = [
        ('contact_requests', '0009_who_waits'),
        ('contacts', '0021_draft_files'),
        ('django_tasks_database', '0021_conditional_partial_index_ordering'),
    ]

    operations = [migrations.RunPython(make_messages, make_replies)]
