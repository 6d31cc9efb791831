"""Forms for an office's own site: the one in a frame, which we show, and a plain one, which the site shows."""

import builtins
import uuid
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from config.accounts.models import AllowedOrigin, Pro

from . import receiving
from .forms import StampedForm, VisitorForm
from .models import ContactRequest, OfficePage, Property
from .models.property import PropertyQuerySet

MAX_CHOICES = 500
MAX_ADDRESS = 2000
UNKNOWN = _("Choose a property.")
# Of the ids of contact requests that plain forms send.
NAMESPACE = uuid.UUID("b0a41c5e-9d7e-5b6f-8a3d-2f6f0d4c7e11")


def published(pro: Pro) -> PropertyQuerySet:
    """The properties that visitors see, those that are gone among them."""
    return Property.objects.for_pro(pro).filter(is_published=True)


def find_published(pro: Pro, name: str) -> Property | None:
    """The published property with this address on the site, reference or portal number; None for none."""
    if not name or "\0" in name or len(name) > MAX_ADDRESS:
        return None
    rows = published(pro)
    return rows.filter(slug=name).first() or rows.find_by_reference(pro, name)


class FrameForm(StampedForm):
    """The form in a frame. Without one property in its address the visitor chooses it."""

    property = forms.ChoiceField(label=_("Property"), error_messages={"required": UNKNOWN, "invalid_choice": UNKNOWN})

    field_order = ("property", "message", "name", "email", "phone")

    def __init__(self, page: OfficePage, prop: Property | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(page, *args, **kwargs)
        self.one = prop
        if prop:
            del self.fields["property"]
            return
        rows = published(page.pro).exclude(state__in=Property.GONE).order_by("-created_at", "-id")[:MAX_CHOICES]
        self.fields["property"].choices = [("", "–"), *((row.slug, _name_of_property(row)) for row in rows)]  # type: ignore[attr-defined]

    @builtins.property
    def has_choices(self) -> bool:
        return self.one is not None or len(self.fields["property"].choices) > 1  # type: ignore[attr-defined]

    @builtins.property
    def prop(self) -> Property:
        return self.one or published(self.pro).get(slug=self.cleaned_data["property"])


def _name_of_property(prop: Property) -> str:
    return f"{prop.shown_title} · {prop.city}" if prop.city else prop.shown_title


class SiteForm(VisitorForm):
    """A plain form on a page of the office's own site, with the property's address, reference or portal number."""

    property = forms.CharField(label=_("Property"), max_length=MAX_ADDRESS, error_messages={"required": UNKNOWN})
    next = forms.CharField(required=False, max_length=MAX_ADDRESS, widget=forms.HiddenInput)
    lang = forms.ChoiceField(choices=settings.LANGUAGES, required=False, widget=forms.HiddenInput)
    # A hidden field for programs to fill in, where the site has one.
    website = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_property(self) -> Property:
        if prop := find_published(self.pro, self.cleaned_data["property"]):
            return prop
        raise ValidationError(UNKNOWN, code="invalid_choice")

    def receive(self, page: OfficePage, quarantine: str) -> ContactRequest:
        """Store the contact request, in quarantine for a reason; the same words on one day are stored once."""
        data = self.cleaned_data
        content = {name: data[name] for name in ("name", "email", "phone", "message")}
        day = timezone.now().date().isoformat()
        return receiving.receive(
            data["property"],
            **content,
            language=get_language() or "en",
            id=uuid.uuid5(NAMESPACE, repr((page.form_key, str(data["property"].pk), content, day))),
            quarantine=quarantine,
        )


def next_origin(pro: Pro, address: str) -> str:
    """The origin of an address on a site of the office; "" for any other address."""
    try:
        parts = urlsplit(address)
        origin = f"{parts.scheme}://{parts.netloc}".lower()
    except ValueError:
        return ""
    is_address = address.isprintable() and not set(address) & {" ", "\\"}
    return origin if is_address and AllowedOrigin.objects.is_allowed(origin, pro) else ""
