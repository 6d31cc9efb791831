"""HTML of Django's plain widgets, made by functions: a form has ten, and their templates take ten times as long."""

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from django.utils.formats import localize
from django.utils.safestring import SafeData, SafeString

# The context of a widget, as `Widget.get_context` makes it.
Context = Mapping[str, Any]
INPUTS = (
    *("input", "text", "number", "email", "url", "color", "search", "tel", "password", "hidden", "file"),
    *("date", "datetime", "time", "checkbox"),
)


def render_widget(template_name: str, widget: Context) -> SafeString | None:
    """The HTML that Django's template of this name makes of a widget, None for a template that is not one of the plain
    ones."""
    render = _FUNCTIONS.get(template_name)
    return SafeString(render(widget)) if render else None


def _input_html(widget: Context) -> str:
    value = "" if widget["value"] is None else f' value="{_escaped(widget["value"])}"'
    return f'<input type="{widget["type"]}" name="{_escaped(widget["name"])}"{value}{_attributes(widget)}>'


def _textarea_html(widget: Context) -> str:
    text = _escaped(widget["value"]) if widget["value"] else ""
    return f'<textarea name="{_escaped(widget["name"])}"{_attributes(widget)}>\n{text}</textarea>'


def _select_html(widget: Context) -> str:
    groups = "".join(_options(name, options) for name, options, _index in widget["optgroups"])
    return f'<select name="{_escaped(widget["name"])}"{_attributes(widget)}>{groups}\n</select>'


def _options(group: str | None, options: list[Context]) -> str:
    rows = "\n  ".join(("", *map(_option, options)))
    return f'\n  <optgroup label="{_escaped(group)}">{rows}\n  </optgroup>' if group else rows


def _option(option: Context) -> str:
    label = _escaped(str(localize(option["label"])))
    return f'<option value="{_escaped(option["value"])}"{_attributes(option)}>{label}</option>'


def _attributes(widget: Context) -> str:
    return "".join(
        f" {_escaped(name)}" if value is True else f' {_escaped(name)}="{_escaped(value)}"'
        for name, value in widget["attrs"].items()
        if value is not False
    )


def _escaped(value: Any) -> str:
    return str(value) if isinstance(value, SafeData) else escape(str(value))


_FUNCTIONS: dict[str, Callable[[Context], str]] = {
    f"django/forms/widgets/{name}.html": function
    for name, function in (
        *((name, _input_html) for name in INPUTS),
        ("textarea", _textarea_html),
        ("select", _select_html),
    )
}
