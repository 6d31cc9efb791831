"""Validation of names."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


def validate_name(name: str) -> None:
    """Refuse a name without any letter or digit, such as invisible spaces."""
    if not any(c.isalnum() for c in name):
        raise ValidationError(_("Enter a name."), code="name")
