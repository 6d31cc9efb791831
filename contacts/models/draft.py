import uuid

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config.accounts.models import Pro, TenantQuerySet, User
from config.files.stored_file import StoredFile

from .contact import Contact

MAX_CC = 1000


class DraftQuerySet(TenantQuerySet["Draft"]):
    def join(self, source: Contact, target: Contact) -> None:
        """Append each draft for `source` to its user's draft for `target` in the same place, if there is one.

        For a merge of the two contacts: a user has one draft in each place, and no words are lost.
        """
        places = {(row.user_id, row.kind, row.topic): row for row in self._locked(target)}
        for draft in self._locked(source):
            if twin := places.get((draft.user_id, draft.kind, draft.topic)):
                twin.text = "\n\n".join(filter(None, [twin.text, draft.text]))
                twin.cc = _join_addresses(twin.cc, draft.cc)
                twin.updated_at = max(twin.updated_at, draft.updated_at)
                twin.save(update_fields=["text", "cc", "updated_at"])
                draft.files.update(draft=twin)
                draft.delete()

    def _locked(self, contact: Contact) -> "DraftQuerySet":
        return self.filter(contact=contact).select_for_update(of=("self",), no_key=True).order_by("pk")

    def newest_first(self) -> "DraftQuerySet":
        """Drafts for contacts that are not archived, each with its user and contact."""
        rows = self.filter(contact__deleted_at=None).select_related("user", "contact")
        return rows.order_by("-updated_at", "-id")


def _join_addresses(*texts: str) -> str:
    """The addresses of several fields as those of one, each once, as many as it holds."""
    joined = ""
    for address in dict.fromkeys(each.strip() for text in texts for each in text.split(",") if each.strip()):
        longer = f"{joined}, {address}" if joined else address
        joined = longer if len(longer) <= MAX_CC else joined
    return joined


class Draft(models.Model):
    """Words to a contact that a user has typed and not sent: one a user, contact, kind and topic.

    `topic` is that of the message: see ContactMessage. `cc` are the further recipients of an e-mail, as typed.
    """

    class Kind(models.TextChoices):
        MESSAGE = "message", pgettext_lazy("draft", "Message")
        NOTE = "note", pgettext_lazy("draft", "Note")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pro = models.ForeignKey(Pro, models.CASCADE, related_name="+", verbose_name=_("Pro"))
    user = models.ForeignKey(User, models.CASCADE, related_name="drafts", db_index=False, verbose_name=_("user"))
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="drafts", verbose_name=_("contact"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.MESSAGE)
    topic = models.CharField(_("topic"), max_length=60, blank=True)
    channel = models.CharField(_("channel"), max_length=20, blank=True)
    text = models.TextField(_("text"), blank=True)
    cc = models.CharField(_("copy to"), max_length=MAX_CC, blank=True, db_default="")
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated at"), default=timezone.now)

    objects = DraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        constraints = [models.UniqueConstraint(fields=["user", "contact", "kind", "topic"], name="draft_once")]

    def __str__(self) -> str:
        return self.text[:50]


class DraftFile(StoredFile):
    """A file that leaves with the message that a draft becomes."""

    # Only `delete_with_file` deletes a row: it deletes the file too.
    draft = models.ForeignKey(Draft, models.PROTECT, related_name="files", verbose_name=_("draft"))

    class Meta(StoredFile.Meta):
        verbose_name = _("file of a draft")
        verbose_name_plural = _("files of drafts")
