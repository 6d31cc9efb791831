"""The pages for what went wrong, each with one sentence and one way on."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import format_html
from django.utils.translation import gettext as _


def _page(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    return render(request, "errors/page.html", {"title": title, "text": text}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 400, _("That request could not be read"), _("Go back and try once more."))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 403, _("That is not open to you"), _("Your account may not do this."))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    text = _(
        "The page had been open too long, or cookies are switched off. Go back, reload the page and send it again."
    )
    return _page(request, 403, _("Please send that again"), text)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(
        request,
        404,
        _("There is nothing here"),
        _("The address may be mistyped, or what stood here has moved."),
    )


def too_large(request: HttpRequest) -> HttpResponse:
    # Nothing has read the visitor's language yet.
    translation.activate(translation.get_language_from_request(request))
    if request.headers.get("HX-Request") == "true" and request.content_type == "multipart/form-data":
        return _too_large_to_attach()
    return _page(
        request, 413, _("That is too large"), _("A file may have 10 MB at the most. Go back and choose a smaller one.")
    )


def _too_large_to_attach() -> HttpResponse:
    """What htmx puts into the form that sends the file: there is a place for it in each that it sends."""
    said = _("A file may have 10 MB at the most. Choose a smaller one.")
    text = format_html('<ul class="errorlist" role="alert"><li>{}</li></ul>', said)
    # As for every file that is refused: htmx would not show a 413.
    return HttpResponse(text, status=422, headers={"HX-Retarget": "find .upload-wrong", "HX-Reswap": "innerHTML"})


def server_error(request: HttpRequest) -> HttpResponse:
    """The last resort: needs no database, no session and no context processor."""
    is_database_gone = isinstance(sys.exc_info()[1], OperationalError | InterfaceError)
    context = {
        "title": _("Back in a moment") if is_database_gone else _("Something went wrong on our side"),
        "text": _("Nothing you sent before is lost. Please try again in a minute."),
        "request_id": getattr(request, "request_id", ""),
    }
    response = HttpResponse(render_to_string("errors/page.html", context), status=503 if is_database_gone else 500)
    if is_database_gone:
        response.headers["Retry-After"] = "10"
    return response
