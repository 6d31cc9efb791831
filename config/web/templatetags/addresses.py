"""Django's `{% url %}`, which remembers addresses."""

from django import template
from django.template.base import Parser, Token
from django.template.context import Context
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as parse
from django.urls import NoReverseMatch

from config.web.addresses import quick_reverse

register = template.Library()


class AddressNode(URLNode):
    def render(self, context: Context) -> str:
        address = None if self.kwargs else self._address(context)
        if address is None:
            return super().render(context)
        if self.asvar:
            context[self.asvar] = address
            return ""
        return address

    def _address(self, context: Context) -> str | None:
        request = getattr(context, "request", None)
        match = getattr(request, "resolver_match", None)
        current_app = getattr(request, "current_app", match and match.namespace)
        try:
            return quick_reverse(
                self.view_name.resolve(context), [arg.resolve(context) for arg in self.args], current_app
            )
        except NoReverseMatch:
            # Django's own words, or none at all for `as`.
            return None


@register.tag
def url(parser: Parser, token: Token) -> AddressNode:
    """Address of a page, as Django's own tag gives it."""
    node = parse(parser, token)
    return AddressNode(node.view_name, node.args, node.kwargs, node.asvar)
