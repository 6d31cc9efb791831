"""What may stand as a name."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


def validate_name(name: str) -> None:
    """Refuses what has no letter and no digit, such as spaces that nobody sees."""
    if not any(c.isalnum() for c in name):
        raise ValidationError(_("Give a name."), code="name")
