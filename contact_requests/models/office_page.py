import secrets

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.accounts.models import Pro, TenantQuerySet


def make_form_key() -> str:
    """A key that nobody guesses, of 22 characters."""
    return secrets.token_urlsafe(16)


class OfficePage(models.Model):
    """The page of an office with its properties, and the key by which forms on its own site name the office.

    The key is no secret: it stands in the pages of that site. It is made anew where others misuse it.
    """

    pro = models.OneToOneField(Pro, models.CASCADE, related_name="office_page", verbose_name=_("Pro"))
    slug = models.SlugField(_("address on the site"), max_length=60, unique=True)
    introduction = models.TextField(_("introduction"), max_length=2_000, blank=True)
    is_published = models.BooleanField(
        _("published"), default=True, help_text=_("Off: visitors do not see the page of the office.")
    )
    form_key = models.CharField(max_length=40, unique=True, default=make_form_key, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

    objects = TenantQuerySet["OfficePage"].as_manager()

    class Meta:
        verbose_name = _("page of an office")
        verbose_name_plural = _("pages of offices")

    def __str__(self) -> str:
        return self.slug

    def get_absolute_url(self) -> str:
        return reverse("contact_requests:office_page", args=[self.slug])
