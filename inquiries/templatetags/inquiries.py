"""Show types and steps with their colours and icons, and translated labels.

Colours are attributes of SVG elements, as the pages allow no inline style.
"""

from datetime import datetime, timedelta
from functools import lru_cache

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy
from lucide import IconDoesNotExist

from config.web.templatetags.icons import lucide
from config.web.times import age_text, time_element

from ..models import Inquiry, InquiryType, Offer, PipelineStep
from ..translations import case_status_label, history_note, pipeline_label, userhub_name

register = template.Library()
# Emoji of types -> the line icon in their place.
LINE_ICONS = {
    "❓": "message-circle-question-mark",
    "📞": "phone",
    "☎": "phone",
    "💶": "file-text",
    "📄": "file-text",
    "📋": "clipboard-list",
    "📝": "file-pen-line",
    "💬": "message-circle",
    "📅": "calendar",
    "🏠": "house",
    "🔧": "wrench",
    "🛠": "wrench",
    "⚠": "triangle-alert",
    "⭐": "star",
    "✉": "mail",
    "📧": "mail",
}
PRIORITY_ICONS = {"low": "chevron-down", "high": "chevron-up", "urgent": "chevrons-up"}
OFFER_WORDS = {
    "sent": gettext_lazy("Offer sent"),
    "viewed": gettext_lazy("Offer viewed"),
    "accepted": gettext_lazy("Offer accepted"),
    "declined": gettext_lazy("Offer declined"),
    "expired": gettext_lazy("Offer expired"),
}
# Standing on a step this long is shown in the warm colour, and in the strong one.
LONG, VERY_LONG = timedelta(days=7), timedelta(days=21)
register.filter(pipeline_label)
register.filter(history_note)
register.filter(userhub_name)
register.filter(case_status_label)


@register.simple_tag
def type_icon(inquiry_type: InquiryType, is_named: bool = True) -> SafeString:
    """The line icon of a type on its colour; `is_named` adds the name for screen readers.

    Emoji are for the API: pages show the line icon that stands for a shipped one, else the first letter of the name.
    """
    name = pipeline_label(inquiry_type.name)
    return _type_icon(name, inquiry_type.color, _picture(inquiry_type), is_named=is_named)


@lru_cache(maxsize=1024)
def _type_icon(name: str, color: str, picture: str, *, is_named: bool) -> SafeString:
    return format_html(
        '<span class="type-icon" title="{}"><svg viewBox="0 0 32 32" aria-hidden="true">'
        '<rect width="32" height="32" rx="8" fill="{}" fill-opacity="0.18"/></svg>'
        '<span aria-hidden="true">{}</span>{}</span>',
        name,
        color,
        picture,
        format_html('<span class="hidden">{}</span>', name) if is_named else "",
    )


def _picture(inquiry_type: InquiryType) -> str | SafeString:
    is_lucide = inquiry_type.icon_type == InquiryType.IconType.LUCIDE
    icon = inquiry_type.icon if is_lucide else LINE_ICONS.get(inquiry_type.icon.rstrip("\ufe0f"), "")
    if not icon:
        return inquiry_type.name[:1]
    try:
        return mark_safe(lucide(icon, size=18))  # noqa: S308 - SVG of the icon package
    except IconDoesNotExist:
        # The stored name is no icon of this version of the package.
        return inquiry_type.name[:1]


@register.simple_tag
def here_since(since: datetime, step: PipelineStep | None = None) -> SafeString:
    """<time> of how long an inquiry has stood on a step: "3 d"; a long time has a class, at the end of a pipeline none.

    The exact time is in `title` and `datetime`.
    """
    age = timezone.now() - since
    tone = "" if step and step.is_terminal else _tone(age)
    return time_element(since, age_text(age), tone)


def _tone(age: timedelta) -> str:
    return "is-very-long" if age >= VERY_LONG else "is-long" if age >= LONG else ""


@register.simple_tag
def priority_tag(inquiry: Inquiry) -> SafeString:
    """The priority with its icon; nothing for a normal one."""
    if inquiry.priority not in PRIORITY_ICONS:
        return SafeString("")
    icon = lucide(PRIORITY_ICONS[inquiry.priority], size=14, aria_hidden="true")
    return format_html(
        '<span class="priority priority-{}">{}{}</span>', inquiry.priority, icon, inquiry.get_priority_display()
    )


@register.filter
def offer_words(status: str) -> str:
    """An offer's state in words that stand alone: "Offer sent"."""
    return str(OFFER_WORDS[status])


@register.simple_tag
def offer_tag(offer: Offer | None) -> SafeString:
    """The state of an inquiry's newest offer; nothing without one, and for a draft."""
    if offer is None or offer.is_draft:
        return SafeString("")
    status = offer.current_status
    return format_html('<span class="tag tag-offer-{}">{}</span>', status, offer_words(status))


@register.simple_tag
def step_dot(step: PipelineStep | InquiryType) -> SafeString:
    """A dot in the colour of a step or a type, to stand beside its label."""
    return _dot(step.color)


@lru_cache(maxsize=1024)
def _dot(color: str) -> SafeString:
    return format_html(
        '<svg class="dot" viewBox="0 0 10 10" aria-hidden="true"><circle cx="5" cy="5" r="5" fill="{}"/></svg>',
        color,
    )
