"""The parts of a person that stand in the address book and its conversations."""

from typing import Any
from urllib.parse import parse_qsl

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.accounts.models import BouncedAddress
from config.search.folding import digits, fold

from ..models import (
    ChannelDelivery,
    Consent,
    Contact,
    ContactEvent,
    ContactIdentity,
    ContactImport,
    ContactImportRow,
    ContactMerge,
    ContactMessage,
    ContactNote,
    DistinctPair,
    Draft,
    DraftFile,
    ErasedRecord,
    KeptView,
    MessageFile,
    MessageMedium,
    OriginalFile,
    PersonExport,
    PersonExportFile,
    SenderRule,
    StatedAddress,
    WaitingItem,
)
from ..models.bulk_run import rows_about
from .parts import BATCH, Part, Rows
from .person import SHORTEST, Person

# Digits at the end of a phone number that make it one, however it is written.
TAIL = 9


def _of_contact(model: Any) -> Any:
    return lambda person: model.objects.filter(contact__in=person.ids)


def _messages(person: Person) -> Rows:
    return ContactMessage.objects.filter(contact__in=person.ids).order_by("created_at", "id")


def _record_message(message: ContactMessage) -> ErasedRecord:
    return ErasedRecord(
        kind="message",
        state=message.state,
        channel=message.channel,
        at=message.created_at,
        ended_at=message.read_at or message.sent_at,
    )


def _record_item(item: WaitingItem) -> ErasedRecord:
    return ErasedRecord(kind="waiting", state=item.outcome, channel=item.kind, at=item.since, ended_at=item.ended_at)


def _merges(person: Person) -> Rows:
    return ContactMerge.objects.filter(Q(survivor__in=person.ids) | Q(absorbed__in=person.ids))


def _merges_that_hold(person: Person) -> Rows:
    """Merges that were not undone: the others hold what is of somebody else."""
    return _merges(person).filter(undone_at=None)


def _pairs(person: Person) -> Rows:
    return DistinctPair.objects.filter(Q(first__in=person.ids) | Q(second__in=person.ids))


def _stated_elsewhere(person: Person) -> Rows:
    """The person's addresses, suggested for somebody else."""
    same = Q(pk__in=[])
    for channel, external_id in person.addresses:
        same |= Q(channel=channel, external_id=external_id)
    return StatedAddress.objects.filter(same, contact__pro=person.pro).exclude(contact__in=person.ids)


def _events_elsewhere(person: Person) -> Rows:
    """Events of others who were merged with the person for a while, which name them."""
    undone = _merges(person).exclude(undone_at=None).values_list("survivor", "absorbed")
    others = {id for pair in undone for id in pair} - set(person.ids)
    return ContactEvent.objects.filter(contact__in=others, kind__in=("merged", "unmerged"))


def _blank_events(person: Person, rows: Rows) -> None:
    ids = [str(id) for id in person.ids]
    for event in rows:
        if any(value and value[0] in ids for value in event.changes.values()):
            event.changes = {}
            event.save(update_fields=["changes"])


def _copies_elsewhere(person: Person) -> Rows:
    """Messages of others that went to the person as well."""
    rows = ContactMessage.objects.filter(pro=person.pro).exclude(contact__in=person.ids).exclude(cc=[])
    emails = set(person.emails)
    ids = [pk for pk, cc in rows.values_list("pk", "cc").iterator(BATCH) if _is_copied(cc, emails)] if emails else []
    return ContactMessage.objects.filter(pk__in=ids)


def _is_copied(cc: list[Any], emails: set[str]) -> bool:
    return any(str(address).lower() in emails for _name, address in cc)


def _strip_copies(person: Person, rows: Rows) -> None:
    emails = set(person.emails)
    for message in rows:
        message.cc = [pair for pair in message.cc if not _is_copied([pair], emails)]
        message.save(update_fields=["cc"])


def _import_rows(person: Person) -> Rows:
    """Rows of imports that made or matched the contact, or hold one of the addresses."""
    of_pro = ContactImportRow.objects.filter(contact_import__pro=person.pro)
    kept = of_pro.filter(contact_import__is_forgotten=False).exclude(contact__in=person.ids)
    emails, tails = person.emails, {digits(phone)[-TAIL:] for phone in person.phones if len(digits(phone)) >= TAIL}
    ids = [pk for pk, cells in kept.values_list("pk", "values").iterator(BATCH) if _holds(cells, emails, tails)]
    return of_pro.filter(Q(contact__in=person.ids) | Q(pk__in=ids))


def _holds(cells: list[Any], emails: list[str], tails: set[str]) -> bool:
    return any(
        any(email in str(cell).lower() for email in emails) or digits(str(cell))[-TAIL:] in tails for cell in cells
    )


def _blank_import_rows(person: Person, rows: Rows) -> None:
    """Empty the rows: their outcomes stay, as the import counts them. One that was not run yet is refused."""
    pending = list(rows.filter(contact_import__state__in=ContactImport.PENDING))
    ids = list(rows.values_list("pk", flat=True))
    blank: dict[str, Any] = {"values": [], "fields": {}, "left_out": {}, "learnt": {}, "reasons": {}, "created": {}}
    ContactImportRow.objects.filter(pk__in=ids).update(**blank, contact=None)
    refused = ContactImportRow.objects.filter(pk__in=[row.pk for row in pending])
    refused.update(outcome=ContactImportRow.Outcome.REFUSE, same_as=None)


def _views(person: Person) -> Rows:
    """Kept views that search for the person."""
    terms = {fold(term) for term in (*person.emails, *person.phones, *person.names) if len(term) >= SHORTEST}
    rows = KeptView.objects.filter(pro=person.pro).values_list("pk", "name", "query")
    ids = [
        pk
        for pk, name, query in rows
        if _names_person(" ".join([name, *(value for _name, value in parse_qsl(query))]), terms)
    ]
    return KeptView.objects.filter(pk__in=ids)


def _names_person(text: str, terms: set[str]) -> bool:
    return any(term in fold(text) for term in terms)


def _sender_rules(person: Person) -> Rows:
    return SenderRule.objects.filter(pro=person.pro, address__in=person.emails)


def _bounced(person: Person) -> Rows:
    return BouncedAddress.objects.filter(pro=person.pro, address__in=person.emails)


BOOK_PARTS = [
    Part(
        "export_files",
        _("Exports"),
        lambda person: PersonExportFile.objects.filter(export__contact__in=person.ids),
        is_exported=False,
    ),
    Part("exports", _("Exports"), _of_contact(PersonExport), is_exported=False),
    Part("draft_files", _("Files of drafts"), lambda person: DraftFile.objects.filter(draft__contact__in=person.ids)),
    Part("drafts", _("Drafts"), _of_contact(Draft)),
    Part("media", _("Media"), lambda person: MessageMedium.objects.filter(message__contact__in=person.ids)),
    Part(
        "message_files",
        _("Files of messages"),
        lambda person: MessageFile.objects.filter(message__contact__in=person.ids),
    ),
    Part("originals", _("Originals"), lambda person: OriginalFile.objects.filter(delivery__in=person.deliveries)),
    Part(
        "deliveries", _("Calls of providers"), lambda person: ChannelDelivery.objects.filter(pk__in=person.deliveries)
    ),
    Part("waiting", _("Waiting"), _of_contact(WaitingItem), record=_record_item),
    Part("copied", _("Copies"), _copies_elsewhere, erase=_strip_copies, is_exported=False),
    Part("messages", _("Messages"), _messages, record=_record_message),
    Part("notes", _("Notes"), _of_contact(ContactNote)),
    Part("consents", _("Consent"), _of_contact(Consent)),
    Part("imports", _("Rows of imports"), _import_rows, erase=_blank_import_rows, is_quick=False),
    Part("events_elsewhere", _("Events of others"), _events_elsewhere, erase=_blank_events, is_exported=False),
    Part("events", _("Events"), _of_contact(ContactEvent)),
    Part("identities", _("Addresses"), _of_contact(ContactIdentity)),
    Part("stated", _("Stated addresses"), _of_contact(StatedAddress)),
    Part("stated_elsewhere", _("Stated for others"), _stated_elsewhere),
    Part("merges", _("Merges"), _merges, exported=_merges_that_hold),
    Part("distinct", _("Not the same person"), _pairs),
    Part("rules", _("Rules for senders"), _sender_rules),
    Part("bounced", _("Addresses that bounced"), _bounced),
    Part("bulk_rows", _("Rows of changes of many"), lambda person: rows_about(Contact, person.ids), is_exported=False),
    Part("views", _("Kept views"), _views, is_exported=False),
    Part("contacts", _("Contacts"), lambda person: Contact.objects.filter(pk__in=person.ids).order_by("-merged_into")),
]
