"""The part of `manage.py setup` that is about properties."""

from config.accounts.models import Pro

from .models import Property
from .properties import create_property


def has_property(pro: Pro) -> bool:
    return Property.objects.for_pro(pro).exists()


def make_property(pro: Pro, title: str) -> str:
    """Make a published property; returns the path of its page. Raises ValidationError."""
    return create_property(pro, by=None, title=title).get_absolute_url()
