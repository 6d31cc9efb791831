"""Refusals on the paths of an API: of plain HTTP, and error pages converted to JSON."""

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from .dialect import REFUSALS
from .endpoint import NO_ADDRESS, Api
from .errors import ProblemError


class DialectMiddleware:
    """Replaces an error page on a path of an API by an error of its dialect: no caller of an API ever gets HTML.

    The page comes from Django or a middleware, before the view or after an exception that is a bug. A path beside those
    of the APIs, as a misspelt one is, is answered as the nearest of them would be.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        status = response.status_code
        if status < 400 or response["Content-Type"] == "application/json" or not (api := Api.beside(request.path)):
            return response
        _types, kind, message = (
            REFUSALS.get(status) or REFUSALS[400 if status < 500 or status == HTTPStatus.NOT_IMPLEMENTED else 500]
        )
        # A middleware may have words of its own. A page that was not found is that of an address: views name the id.
        message = NO_ADDRESS if status == HTTPStatus.NOT_FOUND else getattr(response, "refusal", message)
        answer = api.dialect.respond(ProblemError(kind, message), request)
        for name, value in response.headers.items():
            if name != "Content-Length":
                answer.headers.setdefault(name, value)
        return answer


class PlainHttpMiddleware:
    """Refuses a request to an API that should have come by HTTPS.

    A program that was redirected would go on sending its token in the clear.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not settings.SECURE_SSL_REDIRECT or request.is_secure() or not (api := Api.at(request.path)):
            return self.get_response(request)
        refusal = api.dialect.respond(ProblemError("forbidden", "Use https://, and a new token."), request)
        refusal.headers["X-Content-Type-Options"] = "nosniff"
        return refusal
