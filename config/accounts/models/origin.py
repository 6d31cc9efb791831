import re
from collections.abc import Collection
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.audit.kinds import Kind
from config.audit.recording import record_event

from .pro import Pro
from .tenancy import TenantQuerySet
from .user import User

MAX_ORIGINS, MAX_LENGTH = 20, 255
# As a browser sends it: a name in lower case, or an address, and a port unless it is the usual one.
ORIGIN = re.compile(r"https?://(?:[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(?::[1-9][0-9]{0,4})?")
USUAL_PORT = {"http": ":80", "https": ":443"}
LOCAL = {"localhost", "127.0.0.1", "::1"}


def clean_origin(text: str) -> str:
    """Write an origin as browsers do: "HTTPS://Example.org:443/" -> "https://example.org". Raises ValidationError.

    A wildcard, a path and "null" are none. Plain http is for programs that are being written, on the own machine.
    """
    origin = text.strip().lower().removesuffix("/")
    scheme = origin.partition(":")[0]
    origin = origin.removesuffix(USUAL_PORT.get(scheme, "/"))
    try:
        origin = origin.encode("idna").decode() if not origin.isascii() else origin
        parts = urlsplit(origin)
        is_usable = scheme == "https" or parts.hostname in LOCAL
        is_valid = bool(ORIGIN.fullmatch(origin)) and (parts.port or 1) < 2**16
    except ValueError:
        is_usable = is_valid = False
    if not is_valid or not is_usable or len(origin) > MAX_LENGTH:
        raise ValidationError(
            _("“%(text)s” is no origin, such as https://www.example.org."), params={"text": text[:100]}
        )
    return origin


class AllowedOriginQuerySet(TenantQuerySet["AllowedOrigin"]):
    def allow_only(self, pro: Pro, origins: Collection[str], *, by: User) -> bool:
        """Allow these origins to a Pro's browser programs, and no others; returns whether that changed anything."""
        with transaction.atomic():
            Pro.objects.select_for_update(no_key=True).get(pk=pro.pk)
            present, wanted = set(self.for_pro(pro).values_list("origin", flat=True)), set(origins)
            if present == wanted:
                return False
            self.for_pro(pro).exclude(origin__in=wanted).delete()
            self.bulk_create([self.model(pro=pro, origin=origin) for origin in sorted(wanted - present)])
            record_event(Kind.SETTINGS_CHANGED, pro, pro=pro, by=by, detail="origins")
            return True

    def is_allowed(self, origin: str, pro: Pro | None = None) -> bool:
        """True when the Pro, or any, allows the origin, as a browser sent it."""
        if len(origin) > MAX_LENGTH or not ORIGIN.fullmatch(origin):
            return False
        rows = self.filter(origin=origin) if pro is None else self.for_pro(pro).filter(origin=origin)
        return rows.exists()


class AllowedOrigin(models.Model):
    """Site whose pages may call for a Pro from a browser, where `config.accounts.cors` opens a route to it."""

    pro = models.ForeignKey(Pro, models.CASCADE, related_name="+", db_index=False, verbose_name=_("Pro"))
    origin = models.CharField(_("origin"), max_length=MAX_LENGTH)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    objects = AllowedOriginQuerySet.as_manager()

    class Meta:
        verbose_name = _("allowed origin")
        verbose_name_plural = _("allowed origins")
        # Of a preflight the origin alone is known.
        indexes = [models.Index(fields=["origin"], name="allowed_origin")]
        constraints = [models.UniqueConstraint(fields=["pro", "origin"], name="allowed_origin_once")]

    def __str__(self) -> str:
        return self.origin
