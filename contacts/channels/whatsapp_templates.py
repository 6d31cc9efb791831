"""Templates of WhatsApp: texts that Meta has approved, which may be sent at any time, with variables to fill in.

Sources: `GET /{whatsapp-business-account-id}/message_templates`, and "Template messages" of the Cloud API. Offered are
those of text alone: their buttons, if any, take no variables.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings

from ..models import ChannelConnection
from .calling import call
from .payload import clean_text, get_object, get_objects
from .whatsapp import access_token, api_error

VARIABLE = re.compile(r"\{\{\s*(\w{1,100})\s*\}\}", re.ASCII)
FIELDS = "name,language,status,category,parameter_format,components"
PAGE_SIZE, MAX_PAGES = 25, 20
PLAIN_BUTTONS = ("QUICK_REPLY", "URL", "PHONE_NUMBER")
# Characters of a header and a body that are filled in.
MAX_HEADER, MAX_BODY = 60, 1024


@dataclass(frozen=True)
class Template:
    """An approved template; a variable stands in `header` and `body` as {{1}} or {{name}}."""

    name: str
    language: str
    body: str
    header: str = ""
    footer: str = ""

    @property
    def key(self) -> str:
        """Key among the templates of a connection: a name has a text in each language."""
        return f"{self.name}:{self.language}"

    @property
    def variables(self) -> list[tuple[str, str]]:
        """(part, name) of each variable, in the order of the text."""
        return [(part, name) for part in ("header", "body") for name in _variables(getattr(self, part))]

    @property
    def text(self) -> str:
        return "\n\n".join(filter(None, [self.header, self.body, self.footer]))

    def fill_in(self, values: Sequence[str]) -> "Template":
        """The template with a value for each of its variables."""
        given = dict(zip(self.variables, values, strict=True))
        parts = {
            part: VARIABLE.sub(lambda match, part=part: given[part, match[1]], getattr(self, part))  # type: ignore[misc]
            for part in ("header", "body")
        }
        return Template(self.name, self.language, footer=self.footer, **parts)

    def describe(self, values: Sequence[str]) -> dict[str, Any]:
        """The object `template` of a message to send."""
        given = list(zip(self.variables, values, strict=True))
        components = [
            {"type": part, "parameters": [_parameter(name, value) for (of, name), value in given if of == part]}
            for part in ("header", "body")
        ]
        used = [component for component in components if component["parameters"]]
        return {"name": self.name, "language": {"code": self.language}, "components": used}


def _variables(text: str) -> list[str]:
    """Names of the variables of a text, each once; numbered ones in their order."""
    names = dict.fromkeys(VARIABLE.findall(text))
    return sorted(names, key=int) if all(name.isdigit() for name in names) else list(names)


def _parameter(name: str, value: str) -> dict[str, str]:
    return {"type": "text", **({} if name.isdigit() else {"parameter_name": name}), "text": value}


def fetch_templates(connection: ChannelConnection) -> list[Template]:
    """The approved templates of the connection's business account. Raises SendFailedError."""
    templates: list[Template] = []
    after = ""
    for _number in range(MAX_PAGES):
        query = {"fields": FIELDS, "status": "APPROVED", "limit": PAGE_SIZE, **({"after": after} if after else {})}
        url = f"{settings.WHATSAPP_API_URL}/{quote(connection.business_id, safe='')}/message_templates"
        status, answer = call(f"{url}?{urlencode(query)}", token=access_token(connection))
        if status >= HTTPStatus.MULTIPLE_CHOICES or not isinstance(answer.get("data"), list):
            raise api_error(status, get_object(answer, "error"))
        templates += _read_templates(answer)
        paging = get_object(answer, "paging")
        after = clean_text(get_object(paging, "cursors").get("after"), 1000)
        if not (after and paging.get("next")):
            break
    return sorted(templates, key=lambda template: template.key)


def _read_templates(answer: Mapping[str, Any]) -> Iterator[Template]:
    for row in get_objects(answer, "data"):
        name, language = clean_text(row.get("name"), 512), clean_text(row.get("language"), 20)
        is_sendable = row.get("status") == "APPROVED" and row.get("category") != "AUTHENTICATION"
        parts = _read_parts(get_objects(row, "components"))
        if name and language and is_sendable and parts and parts.get("body"):
            yield Template(name, language, **parts)


def _read_parts(components: list[Mapping[str, Any]]) -> dict[str, str] | None:
    """Texts of header, body and footer; None for a template with a part that needs more than text."""
    parts = {}
    for component in components:
        kind = clean_text(component.get("type"), 20).upper()
        if kind == "BUTTONS":
            if not all(_is_plain_button(button) for button in get_objects(component, "buttons")):
                return None
        elif kind in ("BODY", "FOOTER") or (kind == "HEADER" and component.get("format") == "TEXT"):
            parts[kind.lower()] = clean_text(component.get("text"), MAX_BODY)
        else:
            return None
    return parts


def _is_plain_button(button: Mapping[str, Any]) -> bool:
    return button.get("type") in PLAIN_BUTTONS and "{{" not in clean_text(button.get("url"))
