from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .mailbox import MailboxSettings


class MailboxFolder(models.Model):
    """A folder of a mailbox, and how far it has been read: all mails up to `last_uid` are stored.

    UIDs are valid as long as the folder keeps its `uidvalidity`. `refused_uid` is a mail that the server failed to hand
    over `refusals` times.
    """

    class Role(models.TextChoices):
        INBOX = "inbox", _("INBOX")
        SENT = "sent", _("Sent")

    mailbox = models.ForeignKey(MailboxSettings, models.CASCADE, related_name="folders", db_index=False)
    role = models.CharField(max_length=10, choices=Role)
    name = models.CharField(max_length=500)
    uidvalidity = models.BigIntegerField(default=0)
    last_uid = models.BigIntegerField(default=0)
    refused_uid = models.BigIntegerField(default=0)
    refusals = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("mailbox folder")
        verbose_name_plural = _("mailbox folders")
        constraints = [models.UniqueConstraint(fields=["mailbox", "role"], name="mailbox_folder_once")]

    def __str__(self) -> str:
        return self.name

    def open(self, name: str, uidvalidity: int) -> None:
        """Note which folder it is now; another one is read from its start."""
        if (self.name, self.uidvalidity) != (name, uidvalidity):
            self.name, self.uidvalidity = name, uidvalidity
            self.last_uid = self.refused_uid = self.refusals = 0
            self._store("name", "uidvalidity", "last_uid", "refused_uid", "refusals")

    def advance(self, uid: int) -> None:
        """Note that all mails up to `uid` are stored."""
        rows = MailboxFolder.objects.filter(pk=self.pk, uidvalidity=self.uidvalidity, last_uid__lt=uid)
        rows.update(last_uid=uid)
        self.last_uid = max(self.last_uid, uid)

    def count_refusal(self, uid: int) -> int:
        """Count that the server failed to hand over a mail; return how often it has."""
        self.refusals = self.refusals + 1 if self.refused_uid == uid else 1
        self.refused_uid = uid
        self._store("refused_uid", "refusals")
        return self.refusals

    def _store(self, *names: str) -> None:
        # Not by `save`: the row is deleted when the Pro enters another account meanwhile.
        MailboxFolder.objects.filter(pk=self.pk).update(**{name: getattr(self, name) for name in names})


class FiledCopy(models.Model):
    """Note that an answer stands in the mailbox's Sent folder: the server put it there, or we did."""

    message = models.OneToOneField("contacts.ContactMessage", models.CASCADE, related_name="filed_copy")
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("copy of an answer in Sent")
        verbose_name_plural = _("copies of answers in Sent")

    def __str__(self) -> str:
        return str(self.message_id)
