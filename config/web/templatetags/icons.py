"""Icons of Lucide, each drawn once: a page has fifty, and their XML is copied and written anew each time."""

from functools import lru_cache

from django import template
from django.utils.safestring import SafeString
from lucide.templatetags.lucide import lucide as draw

register = template.Library()


@register.simple_tag
@lru_cache(maxsize=1024)
def lucide(name: str, *, size: int | None = 24, **attributes: str | int) -> SafeString:
    """An icon as inline SVG, with these attributes."""
    return SafeString(draw(name, size=size, **attributes))
