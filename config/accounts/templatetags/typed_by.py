"""`{% csrf_token %}` of every page: Django's, and in the workspace with the user whose page the form is on.

A builtin of the template engine (`config.backends.templates`), so that no form is without it.
"""

from django import template
from django.template.base import Parser, Token
from django.template.context import Context
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html

from config.web.typed import WRITER

from ..resending import sign_writer

register = template.Library()


class FormTokensNode(CsrfTokenNode):
    def render(self, context: Context) -> str:
        token, user = super().render(context), context.get("user")
        if not context.get("pro") or user is None or not user.is_authenticated:
            return token
        return token + format_html('<input type="hidden" name="{}" value="{}">', WRITER, sign_writer(user))


@register.tag
def csrf_token(parser: Parser, token: Token) -> FormTokensNode:
    return FormTokensNode()
