"""Error pages."""

import errno
import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import format_html
from django.utils.translation import gettext as _

from .typed import TypedForm, read_carried_form

UNREADABLE = {
    408: "The request did not arrive in time.",
    414: "The address is too long.",
    431: "The header fields are too large.",
}
DISK_FULL = {errno.ENOSPC, errno.EDQUOT}


def _error_page(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    return render(request, "errors/page.html", {"title": title, "text": text}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error_page(request, 400, _("That request could not be read"), _("Go back and try again."))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error_page(request, 403, _("That is not open to you"), _("Your account does not have permission for this."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    text = _(
        "The page had been open too long, or cookies are switched off. Go back, reload the page and send it again."
    )
    return _error_page(request, 403, _("Please send that again"), text)


def from_another_site(request: HttpRequest) -> HttpResponse:
    text = _("A page of another site asked for it. Open the page here, and do it from there.")
    return _error_page(request, 403, _("That came from another site"), text)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _error_page(
        request,
        404,
        _("There is nothing here"),
        _("The address may be mistyped, or the page has moved."),
    )


def untrusted_proxy(request: HttpRequest, text: str) -> HttpResponse:
    """Page of a set-up that is not finished, for who runs the site; not translated, as the settings are not."""
    return _error_page(request, 503, "This site is not set up for its proxy", text)


def method_not_allowed(request: HttpRequest) -> HttpResponse:
    text = _("The address only takes what a form on another page sends.")
    return _error_page(request, 405, _("That cannot be opened like this"), text)


def too_large(request: HttpRequest, limit: int) -> HttpResponse:
    """Page, or fragment for an upload by htmx, for a body above `limit` bytes."""
    # Called before the locale middleware.
    translation.activate(translation.get_language_from_request(request))
    if request.headers.get("HX-Request") == "true" and request.content_type == "multipart/form-data":
        return _too_large_to_attach(limit)
    text = _word_limit(limit) or _("Files can have at most 10 MB. Go back and choose a smaller one.")
    return _error_page(request, 413, _("That is too large"), text)


def _word_limit(limit: int) -> str:
    """Words for the limit of several files; "" for that of a request with one file."""
    # Each limit is a multiple of 5 MB, and something for the form around the files.
    size = (limit >> 20) // 5 * 5
    words = _("All files together may have %(n)s MB. Choose fewer, or smaller ones.")
    return words % {"n": size} if size > 10 else ""


def unreadable(request: HttpRequest, status: int) -> HttpResponse:
    """Page for a request that the web server could not read, with words for the dialects."""
    # Called before the locale middleware.
    translation.activate(translation.get_language_from_request(request))
    response = _error_page(request, status, _("That request could not be read"), _("Go back and try again."))
    if words := UNREADABLE.get(status):
        response.refusal = words  # type: ignore[attr-defined]
    return response


def _too_large_to_attach(limit: int) -> HttpResponse:
    """Error fragment for an upload by htmx; every upload form has an element `.upload-wrong` for it."""
    message = _word_limit(limit) or _("Files can have at most 10 MB. Choose a smaller one.")
    text = format_html('<ul class="errorlist" role="alert"><li>{}</li></ul>', message)
    # 422 as for every refused file: htmx would not show a 413.
    return HttpResponse(text, status=422, headers={"HX-Retarget": "find .upload-wrong", "HX-Reswap": "innerHTML"})


def server_error(request: HttpRequest) -> HttpResponse:
    """Page for an unhandled exception; works without database, session and context processors."""
    error = sys.exc_info()[1]
    is_disk_full = isinstance(error, OSError) and error.errno in DISK_FULL
    is_passing = isinstance(error, OperationalError | InterfaceError) or is_disk_full
    typed = _read_our_form(request)
    kept = _("What you typed is kept here.") if typed else _("What you sent before is not lost.")
    context = {
        "title": _("Back in a moment") if is_passing else _("Something went wrong on our side"),
        "text": f"{kept} {_('Please try again in a minute.')}",
        "typed": typed,
        "csrf_token": get_token(request) if typed else "",
        "request_id": getattr(request, "request_id", ""),
    }
    response = HttpResponse(render_to_string("errors/page.html", context), status=503 if is_passing else 500)
    if is_passing:
        response.headers["Retry-After"] = "10"
    return response


def _read_our_form(request: HttpRequest) -> TypedForm | None:
    """Read the form that failed; None for another request, and for a form without our token."""
    typed = read_carried_form(request)
    return typed if typed and "csrfmiddlewaretoken" in request.POST else None
