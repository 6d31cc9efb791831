import uuid
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.accounts.models import Pro, TenantQuerySet
from config.search.folding import fold

MAX_REFERENCE = 100


def reference_key(text: str) -> str:
    """Fold a reference for comparison, without spaces and punctuation: "Réf. 12-B" -> "ref12b"."""
    return "".join(c for c in fold(text) if c.isalnum())[:MAX_REFERENCE]


def validate_reference(text: str) -> None:
    """Refuse a reference without any letter or digit."""
    if not reference_key(text):
        raise ValidationError(_("Use at least one letter or digit."), code="reference")


class PropertyQuerySet(TenantQuerySet["Property"]):
    def find_by_reference(self, pro: Pro, reference: str) -> "Property | None":
        """The Pro's property with this reference of its own, else the one with this portal number.

        Case, accents, spaces and punctuation are ignored.
        """
        rows, key = self.for_pro(pro), reference_key(reference)
        if not key:
            return None
        return rows.filter(reference_key=key).first() or rows.filter(numbers__key=key).first()

    def published_first(self) -> Self:
        return self.order_by("-is_published", "title", "pk")


class Property(models.Model):
    """A house, flat or office that visitors ask about. `reference` is the office's own, unique in a Pro."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pro = models.ForeignKey(Pro, models.CASCADE, related_name="properties", verbose_name=_("Pro"))
    slug = models.SlugField(_("address on the site"), max_length=120, unique=True)
    title = models.CharField(_("title"), max_length=200)
    reference = models.CharField(
        _("reference"),
        max_length=MAX_REFERENCE,
        blank=True,
        default="",
        db_default="",
        validators=[validate_reference],
        help_text=_("The office's own, by which e-mails and programs name the property."),
    )
    # The reference as it is compared; made by `save`.
    reference_key = models.CharField(max_length=MAX_REFERENCE, blank=True, default="", db_default="", editable=False)
    summary = models.CharField(
        _("key facts"), max_length=300, blank=True, help_text=_("One line, such as 3 rooms · 68 m².")
    )
    description = models.TextField(_("description"), max_length=10_000, blank=True)
    city = models.CharField(_("city"), max_length=100, blank=True)
    price = models.DecimalField(
        _("price in euros"), max_digits=12, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    is_published = models.BooleanField(_("published"), default=True, help_text=_("Off: visitors do not see its page."))
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True, db_default=Now())

    objects = PropertyQuerySet.as_manager()

    class Meta:
        verbose_name = _("property")
        verbose_name_plural = _("properties")
        ordering = ["title"]
        indexes = [models.Index(fields=["-created_at", "-id"], name="property_of_all_pros")]
        constraints = [
            models.UniqueConstraint(
                fields=["pro", "reference_key"], condition=~Q(reference_key=""), name="property_reference_unique"
            )
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store it, with the key of its reference."""
        fields = kwargs.get("update_fields")
        if fields is None or "reference" in fields:
            self.reference = self.reference.strip()
            self.reference_key = reference_key(self.reference)
            kwargs["update_fields"] = None if fields is None else {*fields, "reference_key", "updated_at"}
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("contact_requests:property_detail", args=[self.slug])

    def clean(self) -> None:
        """Refuse the reference of another property. The constraint cannot say so: its fields are in no form."""
        key = reference_key(self.reference)
        others = Property.objects.filter(pro_id=self.pro_id, reference_key=key).exclude(pk=self.pk)
        if key and self.pro_id and others.exists():
            raise ValidationError({"reference": _("Another property has this reference.")}, code="unique")


class PropertyNumber(models.Model):
    """A number under which a portal lists a property; unique in a Pro."""

    # The Pro of the property, which never changes; set by `save`.
    pro = models.ForeignKey(Pro, models.CASCADE, related_name="+", db_index=False, editable=False)
    property = models.ForeignKey(Property, models.CASCADE, related_name="numbers", verbose_name=_("property"))
    portal = models.CharField(_("portal"), max_length=100, blank=True, help_text=_("Such as portal.example."))
    number = models.CharField(_("number"), max_length=MAX_REFERENCE, validators=[validate_reference])
    # The number as it is compared; set by `save`.
    key = models.CharField(max_length=MAX_REFERENCE, editable=False)

    objects = TenantQuerySet["PropertyNumber"].as_manager()

    class Meta:
        verbose_name = _("portal number")
        verbose_name_plural = _("portal numbers")
        ordering = ["portal", "number", "id"]
        constraints = [models.UniqueConstraint(fields=["pro", "key"], name="property_number_unique")]

    def __str__(self) -> str:
        return f"{self.portal} {self.number}".strip()

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store it, with the property's Pro and the key of the number."""
        self.pro_id, self.number = self.property.pro_id, self.number.strip()
        self.key = reference_key(self.number)
        super().save(*args, **kwargs)

    def clean(self) -> None:
        """Refuse the number of another property, or the same number once more."""
        same = PropertyNumber.objects.filter(pro_id=self.property.pro_id, key=reference_key(self.number))
        if self.property.pro_id and same.exclude(pk=self.pk).exists():
            raise ValidationError({"number": _("A property has this number already.")}, code="unique")
