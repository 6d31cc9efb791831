"""How the colours and icons that staff chose are shown.

They are attributes of SVG: the pages allow no inline style.
"""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from lucide import IconDoesNotExist
from lucide.templatetags.lucide import lucide

from ..models import InquiryType, PipelineStep
from ..translations import case_status, shown, told, who

register = template.Library()
register.filter(shown)
register.filter(told)
register.filter(who)
register.filter(case_status)


@register.simple_tag
def type_icon(kind: InquiryType, is_named: bool = True) -> SafeString:
    """The icon of a type on its colour; its name is for whoever does not see it, unless that stands beside it."""
    name = shown(kind.name)
    return format_html(
        '<span class="type-icon" title="{}"><svg viewBox="0 0 32 32" aria-hidden="true">'
        '<rect width="32" height="32" rx="8" fill="{}" fill-opacity="0.18"/></svg>'
        '<span aria-hidden="true">{}</span>{}</span>',
        name,
        kind.color,
        _picture(kind),
        format_html('<span class="hidden">{}</span>', name) if is_named else "",
    )


def _picture(kind: InquiryType) -> str | SafeString:
    if kind.icon_type != InquiryType.IconType.LUCIDE:
        return kind.icon or kind.name[:1]
    try:
        return mark_safe(lucide(kind.icon, size=18))  # noqa: S308 - drawn by the package of icons
    except IconDoesNotExist:
        # Staff typed a name that there is not.
        return kind.name[:1]


@register.simple_tag
def step_dot(step: PipelineStep | InquiryType) -> SafeString:
    """A dot in the colour of a step, or of a type; its label stands beside it."""
    return format_html(
        '<svg class="dot" viewBox="0 0 10 10" aria-hidden="true"><circle cx="5" cy="5" r="5" fill="{}"/></svg>',
        step.color,
    )
