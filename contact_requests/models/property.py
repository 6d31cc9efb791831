import uuid

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.accounts.models import Pro, TenantQuerySet


class Property(models.Model):
    """A house, flat or office that visitors ask about."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pro = models.ForeignKey(Pro, models.CASCADE, related_name="properties", verbose_name=_("Pro"))
    slug = models.SlugField(_("address on the site"), max_length=120, unique=True)
    title = models.CharField(_("title"), max_length=200)
    summary = models.CharField(
        _("key facts"), max_length=300, blank=True, help_text=_("One line, such as 3 rooms · 68 m².")
    )
    description = models.TextField(_("description"), max_length=10_000, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    price = models.DecimalField(_("price in euros"), max_digits=12, decimal_places=2, null=True, blank=True)
    is_published = models.BooleanField(_("published"), default=True, help_text=_("Off: visitors do not see its page."))
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)

    objects = TenantQuerySet["Property"].as_manager()

    class Meta:
        verbose_name = _("property")
        verbose_name_plural = _("properties")
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("contact_requests:property_detail", args=[self.slug])
