"""Colleagues whom a note mentions, as "@Inès Moreau" or "@Inès"; they are told by mail."""

import uuid
from collections import Counter
from collections.abc import Iterable

from django.db import transaction

from config.accounts.models import User
from config.search.folding import fold

from ..models import Contact, ContactNote
from .colleagues import Colleague, list_colleagues
from .mails import tell_of_mention


def write_note(contact: Contact, body: str, *, by: User, id: uuid.UUID | None = None) -> ContactNote:
    """Store a note as `add_note` does, and tell the colleagues whom it mentions, once."""
    with transaction.atomic():
        note = ContactNote.objects.add_note(contact, body, by=by, id=id)
        mark_mentions(note, by=by)
        return note


def change_note(note: ContactNote, body: str, *, expected: str, by: User) -> None:
    """Change a note as `change_body` does, and tell the colleagues whom it did not mention before."""
    with transaction.atomic():
        note.change_body(body, expected=expected)
        mark_mentions(note, by=by)


def mark_mentions(note: ContactNote, *, by: User) -> None:
    """Store whom a note mentions, and tell those whom it did not mention before."""
    found = find_mentions(note.body, list_colleagues(note.contact.pro)) if "@" in note.body else {}
    if [*found] == note.mentions:
        return
    former = {fold(text) for text in note.mentions}
    note.mentions = [*found]
    note.save(update_fields=["mentions"])
    for id in dict.fromkeys(id for text, id in found.items() if fold(text) not in former and id != by.pk):
        tell_of_mention(note.contact, id, by=by)


def find_mentions(text: str, colleagues: Iterable[Colleague]) -> dict[str, int]:
    """Mentions in a text, as they are written in it, each with the id of the colleague.

    Capitals and accents do not matter. A first name is enough where one colleague alone has it.
    """
    names, found = _ids_by_name(list(colleagues)), dict[str, int]()
    for place, character in enumerate(text):
        if character != "@" or text[place - 1 : place].isalnum():
            continue
        for length, name in names:
            written = text[place + 1 : place + 1 + length]
            if fold(written) == name and not text[place + 1 + length : place + 2 + length].isalnum():
                found[f"@{written}"] = names[length, name]
                break
    return found


def _ids_by_name(colleagues: list[Colleague]) -> dict[tuple[int, str], int]:
    """Ids of colleagues by the (length, folded text) of what names them, the longest first."""
    first = Counter(fold(each.name.split(" ")[0]) for each in colleagues)
    names = dict[tuple[int, str], int]()
    for each in colleagues:
        word = each.name.split(" ")[0]
        for name in (each.name, each.email, *([word] if first[fold(word)] == 1 else [])):
            names.setdefault((len(name), fold(name)), each.id)
    return dict(sorted(names.items(), key=lambda item: -item[0][0]))
