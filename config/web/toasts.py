"""Toasts: one line about what was just done, with a button that undoes it.

They are Django's messages, so that one stands on the next page without JavaScript; htmx gets it beside its fragment.
"""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import NamedTuple

from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

SECONDS = 10
# The first word of a message's extra tags; the seconds and the address of the undo follow.
MARK = "toast"
# By these headers htmx leaves the page, and the next one shows the messages.
LEAVING = ("HX-Redirect", "HX-Refresh", "HX-Location")
SHOWN = (HTTPStatus.OK, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.TOO_MANY_REQUESTS)


class Toast(NamedTuple):
    """A toast as the page shows it. `undo_url` is "" without an undo, `seconds` how long it stays with JavaScript."""

    text: str
    level: str
    seconds: int
    undo_url: str


def toast(
    request: HttpRequest, text: str, undo_url: str = "", level: int = messages.SUCCESS, *, seconds: int = SECONDS
) -> None:
    """Show `text`, with an "Undo" that POSTs to `undo_url`: beside the fragment of htmx, else on the next page.

    The view of `undo_url` answers with `send_to`, or htmx (`wants(request, "toasts")`) with fragments that are all
    swapped out of band. It says so with a toast of its own when nothing can be undone any more. `seconds` is how long
    it stays where there is JavaScript: the user's `undo_seconds` for what is done only after them.
    """
    messages.add_message(request, level, text, extra_tags=f"{MARK} {seconds} {undo_url}")


def read_toasts(shown: Iterable[Message] | None) -> list[Toast]:
    """Return the toasts among these messages."""
    return [_read_toast(message) for message in shown or () if is_toast(message)]


def is_toast(message: Message) -> bool:
    return (message.extra_tags or "").split(" ")[0] == MARK


def _read_toast(message: Message) -> Toast:
    _mark, seconds, undo_url = (message.extra_tags or "").split(" ", 2)
    return Toast(str(message), message.level_tag, int(seconds), undo_url)


class ToastMiddleware:
    """Adds the messages that a view has written to its fragment for htmx, which shows them out of band.

    Where htmx leaves the page, and where the view has rendered them itself, there is nothing to add.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        storage = request._messages  # type: ignore[attr-defined]
        if storage.added_new and not storage.used and _is_fragment(request, response):
            shown = render_to_string("partials/_messages.html", {"messages": storage, "is_swap": True}, request)
            response.content += shown.encode()
        return response


def _is_fragment(request: HttpRequest, response: HttpResponse) -> bool:
    """True for HTML that htmx swaps into the page that is open."""
    is_html = response.headers.get("Content-Type", "").startswith("text/html") and not response.streaming
    is_swapped = response.status_code in SHOWN and not any(name in response.headers for name in LEAVING)
    return bool(request.htmx) and is_html and is_swapped  # type: ignore[attr-defined]
