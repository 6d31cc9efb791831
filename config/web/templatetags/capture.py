"""`{% capture as name %}…{% endcapture %}`: render a part once that stands in every row of a list."""

from django import template
from django.template.base import NodeList, Parser, Token
from django.template.context import Context
from django.utils.safestring import SafeString

register = template.Library()


class CaptureNode(template.Node):
    def __init__(self, parts: NodeList, name: str) -> None:
        self.nodelist, self.name = parts, name

    def render(self, context: Context) -> str:
        context[self.name] = SafeString(self.nodelist.render(context))
        return ""


@register.tag
def capture(parser: Parser, token: Token) -> CaptureNode:
    """Keep what the block renders in a variable of the template, safe as it is."""
    match token.split_contents():
        case [_tag, "as", name]:
            parts = parser.parse(("endcapture",))
            parser.delete_first_token()
            return CaptureNode(parts, name)
    raise template.TemplateSyntaxError("Write {% capture as name %}…{% endcapture %}.")
