"""`{% csrf_token %}` of every page: Django's, and in the workspace with the user whose page the form is on.

A builtin of the template engine (`config.backends.templates`), so that no form is without it.
"""

from django import template
from django.template.base import Parser, Token
from django.template.context import Context
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html
from django.utils.safestring import SafeString

from config.web.typed import WRITER

from ..models import User
from ..resending import sign_writer

register = template.Library()


class FormTokensNode(CsrfTokenNode):
    def render(self, context: Context) -> str:
        """The hidden fields, made once for all forms of a page."""
        user, request = context.get("user"), context.get("request")
        is_signed = bool(context.get("pro")) and user is not None and user.is_authenticated
        writer, made = user if is_signed else None, getattr(request, "form_tokens", {})
        key = str(context.get("csrf_token")), writer and writer.pk
        if key not in made:
            made[key] = super().render(context) + (_writer_field(writer) if writer else "")
            if request is not None:
                request.form_tokens = made
        return made[key]


def _writer_field(user: User) -> SafeString:
    return format_html('<input type="hidden" name="{}" value="{}">', WRITER, sign_writer(user))


@register.tag
def csrf_token(parser: Parser, token: Token) -> FormTokensNode:
    return FormTokensNode()
