"""The part of `manage.py setup` that is about properties."""

from itertools import count

from django.utils.text import slugify

from config.accounts.models import Pro

from .models import Property


def has_property(pro: Pro) -> bool:
    return Property.objects.for_pro(pro).exists()


def make_property(pro: Pro, title: str) -> str:
    """Make a published property; returns the path of its page. Raises ValidationError."""
    row = Property(pro=pro, title=title, slug=_free_slug(title))
    row.full_clean()
    row.save()
    return row.get_absolute_url()


def _free_slug(title: str) -> str:
    """A slug for the title that no property has: "maison-du-lac", else "maison-du-lac-2"."""
    base = slugify(title)[:100] or "property"
    slugs = (base if number == 1 else f"{base}-{number}" for number in count(1))
    return next(slug for slug in slugs if not Property.objects.filter(slug=slug).exists())
