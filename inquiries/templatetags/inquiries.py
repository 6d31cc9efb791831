"""Show types and steps with their colours and icons, and translated labels.

Colours are attributes of SVG elements, as the pages allow no inline style.
"""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from lucide import IconDoesNotExist
from lucide.templatetags.lucide import lucide

from ..models import InquiryType, PipelineStep
from ..translations import case_status_label, history_note, pipeline_label, userhub_name

register = template.Library()
register.filter(pipeline_label)
register.filter(history_note)
register.filter(userhub_name)
register.filter(case_status_label)


@register.simple_tag
def type_icon(inquiry_type: InquiryType, is_named: bool = True) -> SafeString:
    """The icon of a type on its colour; `is_named` adds the name for screen readers."""
    name = pipeline_label(inquiry_type.name)
    return format_html(
        '<span class="type-icon" title="{}"><svg viewBox="0 0 32 32" aria-hidden="true">'
        '<rect width="32" height="32" rx="8" fill="{}" fill-opacity="0.18"/></svg>'
        '<span aria-hidden="true">{}</span>{}</span>',
        name,
        inquiry_type.color,
        _picture(inquiry_type),
        format_html('<span class="hidden">{}</span>', name) if is_named else "",
    )


def _picture(inquiry_type: InquiryType) -> str | SafeString:
    if inquiry_type.icon_type != InquiryType.IconType.LUCIDE:
        return inquiry_type.icon or inquiry_type.name[:1]
    try:
        return mark_safe(lucide(inquiry_type.icon, size=18))  # noqa: S308 - SVG of the icon package
    except IconDoesNotExist:
        # The stored name is no icon of this version of the package.
        return inquiry_type.name[:1]


@register.simple_tag
def step_dot(step: PipelineStep | InquiryType) -> SafeString:
    """A dot in the colour of a step or a type, to stand beside its label."""
    return format_html(
        '<svg class="dot" viewBox="0 0 10 10" aria-hidden="true"><circle cx="5" cy="5" r="5" fill="{}"/></svg>',
        step.color,
    )
