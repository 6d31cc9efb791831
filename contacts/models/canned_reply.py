from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.accounts.models import Pro, TenantQuerySet, User
from config.web.text import unix_lines

from .locking import hold_book
from .stale import StaleEditError

# A deleted one can be restored for this time.
RETENTION = timedelta(days=30)


class CannedReplyQuerySet(TenantQuerySet["CannedReply"]):
    def of_user(self, user: User, *, deleted: bool = False) -> "CannedReplyQuerySet":
        """Those of the office and the user's own, by title; with `deleted` the deleted ones instead."""
        return self.filter(Q(user=None) | Q(user=user), deleted_at__isnull=not deleted).order_by("title", "id")

    def add_reply(self, pro: Pro, title: str, texts: Mapping[str, str], *, user: User | None) -> "CannedReply":
        """Store a canned reply with its texts by language; the same one a second time is one.

        Raises ValidationError when the title stands for another one already.
        """
        with transaction.atomic():
            hold_book(pro.pk)
            reply = self.model(pro=pro, title=title, user=user)
            if (same := reply.find_namesake()) and same.texts_by_language() == _clean(texts):
                return same
            reply.check_title()
            reply.save()
            reply.replace_texts(texts)
            return reply


class CannedReply(models.Model):
    """A reply to use again, with a text per language. Without a `user` it is the whole office's."""

    pro = models.ForeignKey(Pro, models.CASCADE, related_name="canned_replies", verbose_name=_("Pro"))
    user = models.ForeignKey(
        User, models.CASCADE, null=True, blank=True, related_name="canned_replies", verbose_name=_("user")
    )
    title = models.CharField(_("title"), max_length=100)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)
    deleted_at = models.DateTimeField(_("deleted at"), null=True, editable=False)

    objects = CannedReplyQuerySet.as_manager()

    class Meta:
        verbose_name = _("canned reply")
        verbose_name_plural = _("canned replies")

    def __str__(self) -> str:
        return self.title

    def texts_by_language(self) -> dict[str, str]:
        return dict(self.texts.values_list("language", "text"))

    def find_namesake(self) -> "CannedReply | None":
        """Another one with its title: of the office, or of the same user."""
        rows = CannedReply.objects.for_pro(self.pro).filter(user=self.user, title__iexact=self.title, deleted_at=None)
        return rows.exclude(pk=self.pk).first()

    def check_title(self) -> None:
        """Raise ValidationError when another one has the title."""
        if self.find_namesake():
            raise ValidationError({"title": _("There is a canned reply with this title already.")})

    def change(self, title: str, texts: Mapping[str, str], *, user: User | None, expected: datetime | None) -> None:
        """Replace title, texts and owner; `expected` is its `updated_at` when it was shown.

        Raises StaleEditError when it was changed since, ValidationError for the title of another one, and DoesNotExist
        when it was deleted.
        """
        with transaction.atomic():
            hold_book(self.pro_id)
            self.refresh_from_db(from_queryset=CannedReply.objects.filter(deleted_at=None))
            if self.updated_at != expected:
                raise StaleEditError("texts", self.title)
            self.title, self.user = title, user
            self.check_title()
            self.save()
            self.replace_texts(texts)

    def replace_texts(self, texts: Mapping[str, str]) -> None:
        """Store these texts by language in place of the former ones; an empty one is none."""
        self.texts.all().delete()
        rows = [CannedReplyText(canned_reply=self, language=name, text=text) for name, text in _clean(texts).items()]
        self.texts.bulk_create(rows)

    def soft_delete(self) -> bool:
        """Delete it until `restore`; False when it was deleted before."""
        return self._set_deleted(timezone.now())

    def restore(self) -> bool:
        """Undo `soft_delete`; False when it was undone before. Raises ValidationError when another has its title."""
        return self._set_deleted(None)

    def _set_deleted(self, at: datetime | None) -> bool:
        with transaction.atomic():
            hold_book(self.pro_id)
            self.refresh_from_db()
            if (self.deleted_at is None) == (at is None):
                return False
            if at is None:
                self.check_title()
            self.deleted_at = at
            self.save(update_fields=["deleted_at"])
            return True


class CannedReplyText(models.Model):
    """The text of a canned reply in one language, with variables such as {first_name} or {first_name|there}."""

    canned_reply = models.ForeignKey(CannedReply, models.CASCADE, related_name="texts", db_index=False)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    text = models.TextField(_("text"), max_length=10_000)

    class Meta:
        verbose_name = _("text of a canned reply")
        verbose_name_plural = _("texts of a canned reply")
        constraints = [models.UniqueConstraint(fields=["canned_reply", "language"], name="canned_reply_text_once")]

    def __str__(self) -> str:
        return self.text[:50]


def _clean(texts: Mapping[str, str]) -> dict[str, str]:
    lines = {language: unix_lines(text).strip() for language, text in texts.items()}
    return {language: text for language, text in lines.items() if text}


def prune_canned_replies() -> None:
    """Delete canned replies that were soft-deleted longer ago than RETENTION."""
    CannedReply.objects.filter(deleted_at__lt=timezone.now() - RETENTION).delete()
