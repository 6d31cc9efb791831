"""Names of this app's rows in the audit, and what the words of its events mean."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config.accounts.audit_list import RowName
from config.accounts.models import Pro
from config.audit.kinds import Kind

from .bulk.reporting import word_run
from .models import BulkRun, ChannelConnection, Contact, Erasure, MessageFile, OwnHours

PROVIDERS, REASONS = dict(ChannelConnection.Provider.choices), dict(Erasure.Reason.choices)
PERSON = pgettext_lazy("exported", "everything about a person")
LISTS = {"contacts": _("Contacts"), "requests": pgettext_lazy("inbox", "Requests"), "inquiries": _("Inquiries")}
DETAILS = {
    Kind.MANY_CHANGED: LISTS,
    Kind.MANY_UNDONE: LISTS,
    Kind.CHANNEL_CONNECTED: PROVIDERS,
    Kind.CHANNEL_CHANGED: PROVIDERS,
    Kind.CHANNEL_DISCONNECTED: PROVIDERS,
    Kind.EXPORTED: {
        "contacts": pgettext_lazy("exported", "contacts"),
        "contacts:chosen": pgettext_lazy("exported", "chosen contacts"),
        "person": PERSON,
        "reports": pgettext_lazy("exported", "reports"),
    },
    Kind.DOWNLOADED: {"person": PERSON},
    Kind.SETTINGS_CHANGED: {
        "privacy": _("privacy"),
        "closures": _("closed days"),
        "automatic_replies": _("automatic replies"),
        "own_hours": OwnHours._meta.verbose_name,
    },
    Kind.ERASURE_PLANNED: REASONS,
    Kind.ERASED: REASONS,
}


def find_names(label: str, pro: Pro, ids: list[str]) -> dict[str, RowName]:
    """Contacts, channels, files of messages and changes of many; see `config.accounts.audit_list.NameFinder`."""
    if label == "contacts.contact":
        rows = Contact.objects.for_pro(pro, deleted=None).filter(pk__in=ids)
        return {str(row.pk): RowName(row.name, reverse("contacts:contact_detail", args=[row.pk])) for row in rows}
    if label == "contacts.channelconnection":
        found = ChannelConnection.objects.for_pro(pro).filter(pk__in=ids)
        pages = {row: reverse("channels:channel_edit", args=[row.channel]) for row in found}
        return {str(row.pk): RowName(row.get_channel_display(), url) for row, url in pages.items()}
    if label == "contacts.bulkrun":
        runs = BulkRun.objects.for_pro(pro).filter(pk__in=ids).select_related("pro")
        # Wording an action may ask for its choices: once for all runs of one action.
        kinds = {(row.list_name, row.action): row for row in runs}
        words = {kind: word_run(row) or row.action for kind, row in kinds.items()}
        urls = {row: reverse("contacts:bulk_run", args=[row.pk]) for row in runs}
        return {str(row.pk): RowName(words[row.list_name, row.action], url) for row, url in urls.items()}
    if label == "contacts.messagefile":
        files = MessageFile.objects.for_pro(pro).filter(pk__in=ids)
        return {str(row.pk): RowName(row.filename) for row in files}
    return {}
