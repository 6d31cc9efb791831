"""The board of inquiries, for the tests of its parts."""

from inquiries.models import Inquiry

PATH = "/inquiries/board/test"


def board(page):
    """Every column as (heading with count, subjects, other text)."""
    return [
        (column.one("header").without(".column-sums").text, column.texts("li.ticket h3"), _beside_cards(column))
        for column in page.all("section.column")
    ]


def _beside_cards(column):
    return column.without("header, ol.cards").text


def subjects(page):
    return page.one("#columns").texts("li.ticket h3")


def set_step(inquiry, key, **fields):
    """Set its step and time of arrival without the engine."""
    Inquiry.objects.filter(pk=inquiry.pk).update(step=inquiry.inquiry_type.steps.get(key=key), **fields)
