"""The page of a contact, read through the page helper."""

from tests.pages import Page

EARLIER = {"HX-Request": "true", "HX-Target": "earlier"}


def contact_page(client, contact, query="", **more):
    return Page(client.get(f"/contacts/{contact.pk}{query}", **more))


def details(page):
    """{label: value} of the card "Details"."""
    rows = page.one("[aria-labelledby=facts-title]").all(".fact")
    return {row.one(".fact-label").text: row.texts("span:not(.fact-label):not(.hidden)")[0] for row in rows}


def entries(page):
    """The thread without times, newest first, as [(classes, text)…]."""
    items = page.without("time, .request-status").all(".thread > .entry")
    return [(" ".join(item.classes[1:]), item.text.rstrip(" ·")) for item in reversed(items)]


def letters(page):
    """The messages and requests among the entries."""
    return [(classes, text) for classes, text in entries(page) if "letter" in classes or "bubble" in classes]


def earlier_query(page):
    """The query of the link to earlier entries; "" on the last page."""
    return "?" + page.one("#earlier a")["href"].partition("?")[2] if page.has("#earlier") else ""
