"""A select box of many rows says what Django's own says."""

from django import forms

from config.web.forms import LongSelect
from tests.pages import Page

CHOICES = [("", "All"), (1, "A & <b>"), ("two", 'Say "two"')]


def drawn(widget: type[forms.Select], value: object) -> list[tuple[str | None, ...]]:
    html = widget(attrs={"form": "search"}, choices=CHOICES).render(
        "house", value, {"id": "id_house", "required": True}
    )
    select = Page(html).one("select")
    options = [(each["value"], each.get("selected"), each.text) for each in select.all("option")]
    return [tuple(select.get(name) for name in ("name", "form", "id", "required", "multiple")), *options]


def test_it_says_what_djangos_own_says(subtests):
    for value in (None, "", 1, "1", "two", "unknown"):
        with subtests.test(value=value):
            assert drawn(LongSelect, value) == drawn(forms.Select, value)
