import uuid
from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from config.accounts.models import Pro, TenantQuerySet, User
from config.search.filling import fill_search_texts
from config.search.folding import fold
from config.search.index import SearchIndex
from config.search.query import read_query

MAX_REFERENCE = 100
# Pages of the workspace have these addresses.
RESERVED_SLUGS = frozenset({"imports", "new", "pictures"})
# Characters of each text of a translation.
TRANSLATED = {"title": 200, "summary": 300, "description": 10_000}


def reference_key(text: str) -> str:
    """Fold a reference for comparison, without spaces and punctuation: "Réf. 12-B" -> "ref12b"."""
    return "".join(c for c in fold(text) if c.isalnum())[:MAX_REFERENCE]


def validate_reference(text: str) -> None:
    """Refuse a reference without any letter or digit."""
    if not reference_key(text):
        raise ValidationError(_("Use at least one letter or digit."), code="reference")


def validate_translations(texts: Any) -> None:
    """Refuse anything but {language: {"title", "summary", "description"}}, each a text of its length."""
    if not isinstance(texts, dict) or not texts.keys() <= dict(settings.LANGUAGES).keys():
        raise ValidationError(_("Use the languages of the product."), code="language")
    for each in texts.values():
        if not isinstance(each, dict) or not each.keys() <= TRANSLATED.keys():
            raise ValidationError(_("Use a title, key facts and a description."), code="translation")
        for name, text in each.items():
            if not isinstance(text, str) or len(text) > TRANSLATED[name] or "\0" in text:
                message = _("Use at most %(limit)d characters.")
                raise ValidationError(message, code="translation", params={"limit": TRANSLATED[name]})


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

    def search(self, pro: Pro, text: str) -> Self:
        """The Pro's rows with every word of `text` in title, reference or city, or with this portal number."""
        rows = self.filter(self.model.search_index.matching(read_query(text).words(), self.db))
        if (key := reference_key(text)) and "\0" not in text:
            numbered = list(PropertyNumber.objects.for_pro(pro).filter(key=key).values_list("property", flat=True))
            return self.filter(pk__in=numbered) | rows if numbered else rows
        return rows


class Property(models.Model):
    """A house, flat or office that visitors ask about. `reference` is the office's own, unique in a Pro."""

    class State(models.TextChoices):
        AVAILABLE = "available", pgettext_lazy("property", "Available")
        UNDER_OFFER = "under_offer", pgettext_lazy("property", "Under offer")
        SOLD = "sold", pgettext_lazy("property", "Sold")
        LET = "let", pgettext_lazy("property", "Let")
        WITHDRAWN = "withdrawn", pgettext_lazy("property", "Withdrawn")

    # Nobody can buy or rent it any more. Its page says so, and still takes messages.
    GONE = (State.SOLD, State.LET, State.WITHDRAWN)

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
    agent = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("agent"),
        help_text=_("A colleague to whom those who ask about it are assigned."),
    )
    # In other languages than the Pro's: {"fr": {"title", "summary", "description"}}; what is missing is shown as it is.
    translations = models.JSONField(
        default=dict,
        db_default=models.Value({}, models.JSONField()),
        blank=True,
        editable=False,
        validators=[validate_translations],
    )
    state = models.CharField(
        _("state"), max_length=12, choices=State, default=State.AVAILABLE, db_default=State.AVAILABLE
    )
    is_published = models.BooleanField(_("published"), default=True, help_text=_("Off: visitors do not see its page."))
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True, db_default=Now())

    # Blank where a release without it stored the row: see `fill_missing_search_texts`.
    search_text = models.TextField(editable=False, default="", db_default="")

    objects = PropertyQuerySet.as_manager()
    search_index: ClassVar = SearchIndex(
        name="property_search", table="contact_requests_property", full_text="properties_search", shared=("state",)
    )

    class Meta:
        verbose_name = _("property")
        verbose_name_plural = _("properties")
        ordering = ["title"]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="property_of_all_pros"),
            models.Index(fields=["pro", "-created_at", "-id"], name="property_newest"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["available", "under_offer", "sold", "let", "withdrawn"]),
                name="property_state_known",
            ),
            models.UniqueConstraint(
                fields=["pro", "reference_key"], condition=~Q(reference_key=""), name="property_reference_unique"
            ),
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
        self.search_text = self.make_search_text()
        if fields := kwargs.get("update_fields"):
            kwargs["update_fields"] = {*fields, "search_text"}
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("contact_requests:property_detail", args=[self.slug])

    def make_search_text(self) -> str:
        """Folded text of the fields that `search` covers; never blank."""
        titles = " ".join(texts.get("title", "") for texts in self.translations.values())
        return fold(f"{self.title} {self.reference} {self.city} {titles}")

    @property
    def is_gone(self) -> bool:
        return self.state in self.GONE

    def text(self, name: str) -> str:
        """`title`, `summary` or `description` in the reader's language, else as the office wrote it."""
        return self.translations.get(get_language() or "", {}).get(name) or getattr(self, name)

    @property
    def shown_title(self) -> str:
        return self.text("title")

    @property
    def shown_summary(self) -> str:
        return self.text("summary")

    @property
    def shown_description(self) -> str:
        return self.text("description")

    def clean(self) -> None:
        """Refuse an address that is taken by a page, an agent of another office, and another property's reference.

        The constraint cannot say so of a reference: its fields are in no form.
        """
        if self.slug in RESERVED_SLUGS:
            raise ValidationError({"slug": _("Another page has this address.")}, code="reserved")
        if self.agent and self.agent.pro_id != self.pro_id:
            raise ValidationError({"agent": _("Choose one of your colleagues.")}, code="invalid")
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


def fill_missing_search_texts() -> None:
    """Make the search texts of properties that a release without them stored after the migration."""
    fill_search_texts(Property.objects.all(), Property.make_search_text)
