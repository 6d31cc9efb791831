"""Addresses of pages, reversed once for each name: a page has a hundred, and most differ by a number alone."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import get_script_prefix, get_urlconf, reverse
from django.utils.html import escape

# What stands in the place of a number or id while its address is read; no path contains them.
_SAMPLES: dict[type, tuple[int | UUID, ...]] = {
    int: (9_182_736_455, 9_182_736_466, 9_182_736_477),
    UUID: tuple(UUID(int=(0x9182736455 << 80) + number) for number in (1, 2, 3)),
}
_PATTERNS: dict[object, str] = {}


def address(name: str, *args: Any) -> str:
    """The address that `reverse` gives."""
    return quick_reverse(name, [*args]) or reverse(name, args=args)


def quick_reverse(name: str, args: list[Any], current_app: str | None = None) -> str | None:
    """The address that `reverse` gives, for numbers and UUIDs; None where this is not known without asking it.

    It is safe in HTML as it is.
    """
    kinds = tuple(map(type, args))
    if not _SAMPLES.keys() >= {*kinds} or any(type(arg) is int and arg < 0 for arg in args):
        return None
    key = name, kinds, current_app, get_script_prefix(), get_urlconf() or settings.ROOT_URLCONF
    if (pattern := _PATTERNS.get(key)) is None:
        pattern = _PATTERNS[key] = _pattern(name, kinds, current_app)
    return pattern % (*args,) if pattern else None


def _pattern(name: str, kinds: tuple[type, ...], current_app: str | None) -> str:
    """The address with a place for each argument, "" when they do not stand in it as they are and in their order."""
    if any(kinds.count(kind) > len(samples) for kind, samples in _SAMPLES.items()):
        return ""
    left = {kind: iter(samples) for kind, samples in _SAMPLES.items()}
    samples = [next(left[kind]) for kind in kinds]
    pattern = reverse(name, args=samples, current_app=current_app)
    if escape(pattern) != pattern:
        return ""
    pattern, position = pattern.replace("%", "%%"), -1
    for sample in map(str, samples):
        following = pattern.find(sample)
        if pattern.count(sample) != 1 or following < position:
            return ""
        pattern, position = pattern.replace(sample, "%s"), following
    return pattern
