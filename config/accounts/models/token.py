import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.audit.kinds import Kind
from config.audit.recording import record_event
from config.web.compiled import Compiled

from .pro import Pro
from .tenancy import TenantQuerySet
from .user import User

SCOPES = [
    f"{system}:{right}"
    for system in ("contact_requests", "contacts", "inquiries", "messages", "privacy", "properties", "webhooks")
    for right in ("read", "write")
]
PREFIX_LENGTH = 12
# `last_used_at` is written at most this often, so that most reads write nothing.
LAST_USED_RESOLUTION = timedelta(minutes=1)


def validate_scopes(value: object) -> None:
    if not isinstance(value, list) or not value or not set(map(str, value)) <= set(SCOPES):
        raise ValidationError(_("Choose one or more of: %(scopes)s."), params={"scopes": ", ".join(SCOPES)})


class ApiTokenQuerySet(TenantQuerySet["ApiToken"]):
    def issue(
        self,
        pro: Pro,
        name: str,
        scopes: list[str],
        *,
        expires_at: datetime | None = None,
        actor_id: int | None = None,
        by: User | None = None,
    ) -> tuple["ApiToken", str]:
        """Create a token; returns it with its secret text, which is not stored and cannot be shown again.

        Raises ValidationError for an unknown scope, an invalid name, and somebody who may not make one: whose account
        is closed, or a member.
        """
        secret = secrets.token_urlsafe(32)
        prefix = "vst_" + secrets.token_hex(4)
        text = f"{prefix}_{secret}"
        token = self.model(
            pro=pro,
            name=name,
            scopes=scopes,
            prefix=prefix,
            hash=_hash(text),
            expires_at=expires_at,
            actor_id=actor_id,
            created_by=by,
        )
        token.full_clean()
        with transaction.atomic():
            if by:
                _hold_maker(by)
            token.save(force_insert=True)
            record_event(Kind.TOKEN_MADE, token, pro=pro, by=by)
        return token, text

    def revoke_made_by(self, users: Sequence[User], *, by: User | None = None) -> int:
        """Revoke the tokens that these users made; returns their number."""
        with transaction.atomic():
            tokens = list(self.filter(created_by__in=users, revoked_at=None).select_for_update().order_by("pk"))
            self.filter(pk__in=[token.pk for token in tokens]).update(revoked_at=timezone.now())
            for token in tokens:
                record_event(Kind.TOKEN_REVOKED, token, pro=token.pro_id, by=by)
        return len(tokens)

    def authenticate(self, text: str) -> "ApiToken | None":
        """The usable token whose secret text is `text`, with its Pro, in one query; else None."""
        token = _BY_PREFIX.first(text[:PREFIX_LENGTH])
        if token is None or not token.is_usable or not hmac.compare_digest(token.hash, _hash(text)):
            return None
        return token


def _hold_maker(user: User, **still: int) -> None:
    """Lock the user: an account that is closed, or leaves the Pro, at the same time takes the token with it.

    Raises ValidationError for one that is closed, or no longer as `still` says, and for a member.
    """
    held = User.objects.select_for_update().filter(pk=user.pk, is_active=True, **still).first()
    if held is None:
        raise ValidationError(_("This account is closed."))
    if not (held.is_owner or (held.is_staff and not still)):
        raise ValidationError(_("Tokens belong to owners."))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


# Every request with a token runs this query.
_BY_PREFIX = Compiled["ApiToken"](
    lambda prefix: ApiToken.objects.select_related("pro").filter(prefix=prefix), keeps_plan=True
)


class ApiToken(models.Model):
    """A program's access to one Pro's rows: `vst_` + 8 hex digits (the look-up prefix) + `_` + 43 characters.

    Only the SHA-256 of the secret text is stored.
    """

    pro = models.ForeignKey(Pro, models.CASCADE, related_name="tokens", verbose_name=_("Pro"))
    name = models.CharField(_("name"), max_length=100)
    prefix = models.CharField(_("prefix"), max_length=PREFIX_LENGTH, unique=True, editable=False)
    hash = models.CharField(max_length=64, editable=False)
    scopes = models.JSONField(_("scopes"), default=list, validators=[validate_scopes])
    actor_id = models.BigIntegerField(
        _("acting UserHub user"),
        null=True,
        blank=True,
        help_text=_("The UserHub user on whose behalf this program acts, if any."),
    )
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(_("last used at"), null=True, blank=True, editable=False)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @property
    def is_usable(self) -> bool:
        """True for a token neither revoked nor expired."""
        return self.revoked_at is None and not self.is_expired

    def allows(self, scope: str) -> bool:
        """True when `scope` is granted; write includes read."""
        return scope in self.scopes or scope.replace(":read", ":write") in self.scopes

    def note_use(self) -> None:
        """Store the time of use, at most once a minute, and not while somebody else holds the row."""
        now = timezone.now()
        if self.last_used_at is None or self.last_used_at < now - LAST_USED_RESOLUTION:
            with transaction.atomic():
                free = ApiToken.objects.select_for_update(skip_locked=True).filter(pk=self.pk)
                ApiToken.objects.filter(pk__in=list(free.values_list("pk", flat=True))).update(last_used_at=now)

    def hand_over(self, to: User, *, by: User | None = None) -> None:
        """Make somebody of the Pro the owner: the token ends with their account instead. Raises ValidationError."""
        if to.pro_id != self.pro_id:
            raise ValidationError(_("Choose somebody of the same business."))
        with transaction.atomic():
            _hold_maker(to, pro_id=self.pro_id)
            ApiToken.objects.filter(pk=self.pk).update(created_by=to)
            record_event(Kind.TOKEN_HANDED_OVER, self, pro=self.pro_id, by=by)
        self.created_by = to

    def revoke(self, *, by: User | None = None) -> None:
        """Revoke the token at once; a second time changes nothing."""
        with transaction.atomic():
            if ApiToken.objects.filter(pk=self.pk, revoked_at=None).update(revoked_at=timezone.now()):
                record_event(Kind.TOKEN_REVOKED, self, pro=self.pro_id, by=by)
        self.refresh_from_db(fields=["revoked_at"])
