"""Drafts: words to a contact that are kept while they are typed, with the files that leave with them.

Saving one never takes the lock of the whole book, which imports hold for long.
"""

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from config.accounts.models import User
from config.files.keeping import MAX_KEPT_BYTES
from config.files.storage import NewFile
from config.files.stored_file import StoredFile
from config.web.compiled import Compiled
from config.web.text import one_line, unix_lines
from config.web.together import UNASKED, Answers

from ..models import Contact, ContactMessage, Draft
from ..models.draft import MAX_CC

MAX_TEXT = 50_000  # characters, those of the longest message
MAX_FILES = 20
# Somebody whose draft was saved longer ago is not answering any more.
PRESENT_FOR = timedelta(seconds=60)
# A page may save once more what has just been sent.
SENT_LATELY = timedelta(minutes=1)


def list_drafts(contact: Contact, answers: Answers = UNASKED) -> list[Draft]:
    """All that somebody has typed to a contact and not sent, each with its user, the last first."""
    drafts = answers.rows(DRAFTS.question(contact))
    for draft in drafts:
        draft.contact = contact
    return drafts


def _drafts(contact: Contact) -> QuerySet[Draft]:
    return Draft.objects.filter(contact=contact).select_related("user").order_by("-updated_at", "-id")


DRAFTS = Compiled(_drafts, keeps_plan=True)


def find_draft(contact: Contact, user: User, topic: str = "", kind: str = Draft.Kind.MESSAGE) -> Draft | None:
    """The words that a user has typed to a contact and not sent."""
    return contact.drafts.filter(user=user, topic=topic, kind=kind).first()


def being_written(drafts: Iterable[Draft], *, beside: User) -> list[Draft]:
    """Those that others than a user are writing at the moment."""
    since = timezone.now() - PRESENT_FOR
    return [draft for draft in drafts if draft.updated_at >= since and draft.user_id != beside.pk]


def pick_draft(drafts: Iterable[Draft], topic: str = "", kind: str = Draft.Kind.MESSAGE) -> Draft | None:
    """The one of a user's drafts that is about a topic."""
    return next((draft for draft in drafts if (draft.topic, draft.kind) == (topic, kind)), None)


def pick_shown_draft(drafts: Iterable[Draft], topic: str) -> Draft | None:
    """The words about a topic, else the last ones about anything else: what waits may have changed since."""
    messages = [draft for draft in drafts if draft.kind == Draft.Kind.MESSAGE]
    return pick_draft(messages, topic) or next(iter(messages), None)


def save_draft(
    contact: Contact,
    user: User,
    text: str,
    *,
    topic: str = "",
    kind: str = Draft.Kind.MESSAGE,
    channel: str = "",
    cc: str = "",
    files: Iterable[NewFile] = (),
) -> Draft | None:
    """Keep what a user has typed, in place of what was kept before, and add files; nothing at all is no draft.

    Raises DoesNotExist when the contact is archived; of a merged one it is kept with the contact that was kept.
    """
    text, files = unix_lines(text).replace("\0", "")[:MAX_TEXT], list(files)
    with transaction.atomic():
        contact = _hold_contact(contact)
        # New files were not sent, whatever the words are.
        if not files and _is_sent(contact, user, text):
            return None
        fields = {"text": text, "channel": channel[:20], "cc": one_line(cc, MAX_CC), "updated_at": timezone.now()}
        where = {"user": user, "contact": contact, "kind": kind, "topic": topic}
        draft, _is_new = Draft.objects.update_or_create(
            **where, defaults=fields, create_defaults={"pro": contact.pro, **fields}
        )
        for file in files:
            file.claim()
            draft.files.create(key=file.key, **file.info._asdict())
        if text.strip() or draft.files.exists():
            return draft
        draft.delete()
        return None


def _hold_contact(contact: Contact) -> Contact:
    """Lock the contact, or the one that a merge kept, so that it is not merged meanwhile. Raises DoesNotExist."""
    rows = Contact.objects.filter(pro=contact.pro_id).select_related("pro").select_for_update(of=("self",), no_key=True)
    held = rows.get(pk=contact.pk)
    while held.merged_into_id:
        held = rows.get(pk=held.merged_into_id)
    if held.deleted_at:
        raise Contact.DoesNotExist
    return held


def _is_sent(contact: Contact, user: User, text: str) -> bool:
    """True for the words of a message that was sent a moment ago."""
    since = timezone.now() - SENT_LATELY
    sent = contact.messages.filter(author=user, created_at__gte=since).exclude(state=ContactMessage.State.FAILED)
    return bool(text.strip()) and sent.filter(text=text.strip()).exists()


def delete_draft(draft: Draft) -> None:
    """Delete a draft with its files."""
    with transaction.atomic():
        for file in draft.files.all():
            file.delete_with_file()
        draft.delete()


def sort_out_files(draft: Draft | None, files: Iterable[NewFile]) -> tuple[list[NewFile], list[str]]:
    """The files for which a draft has room, and "name: reason" of each other one."""
    kept = list(draft.files.values_list("size", flat=True)) if draft else []
    taken, rejected = [], []
    for file in files:
        if len(kept) >= MAX_FILES:
            rejected.append(f"{file.info.filename}: {_('Send at most %(n)s files.') % {'n': MAX_FILES}}")
        elif sum(kept) + file.info.size > MAX_KEPT_BYTES:
            rejected.append(f"{file.info.filename}: {_('All files together may have 25 MB.')}")
        else:
            kept.append(file.info.size)
            taken.append(file)
    return taken, rejected


def send_files(draft: Draft, message: ContactMessage) -> None:
    """Hand the files of a draft over to its message, and delete the draft. Call it in a transaction."""
    for file in draft.files.all():
        message.files.create(key=file.key, **_file_fields(file))
    draft.files.all().delete()
    draft.delete()


def take_back_files(message: ContactMessage, draft: Draft) -> None:
    """Hand the files of an undone message back to the draft. Call it in a transaction."""
    for file in message.files.all():
        draft.files.create(key=file.key, **_file_fields(file))
    message.files.all().delete()


def _file_fields(file: StoredFile) -> dict[str, object]:
    return {name: getattr(file, name) for name in ("filename", "mime_type", "size", "sha256", "created_at")}


def restore_draft(message: ContactMessage, user: User) -> Draft:
    """Make a message a draft again, above what the user has typed since. Call it in a transaction."""
    where = {"user": user, "contact": message.contact, "kind": Draft.Kind.MESSAGE, "topic": message.topic}
    since = Draft.objects.filter(**where).first()
    text = "\n\n".join(filter(None, [message.text, since.text if since else ""]))
    cc = ", ".join(address for _name, address in message.cc)
    fields = {"text": text, "channel": message.channel, "cc": cc[:MAX_CC], "updated_at": timezone.now()}
    create = {"pro": message.pro, **fields}
    draft, _is_new = Draft.objects.update_or_create(**where, defaults=fields, create_defaults=create)
    take_back_files(message, draft)
    return draft
