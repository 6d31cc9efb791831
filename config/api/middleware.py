"""The last word on a dialect's paths."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from .dialect import Dialect
from .errors import Problem

# What Django or a middleware refused on its own, before or after a view.
MEANINGS = {
    401: ("unauthenticated", "Send a token as Authorization: Bearer."),
    403: ("forbidden", "This is not open to the caller."),
    404: ("not_found", "There is no such address."),
    405: ("method_not_allowed", "This method is not allowed here."),
    413: ("too_large", "The request is too large."),
    429: ("rate_limited", "Too many requests. Try again later."),
    503: ("unavailable", "Not available at the moment. Try again."),
}
UNREADABLE = ("unreadable", "The request could not be read.")
FAULT = ("server_error", "Something went wrong on our side. Quote the request id when you ask about it.")


class DialectMiddleware:
    """Turns an error page on a dialect's path into that dialect: no caller of an API ever gets HTML."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        dialect, status = Dialect.at(request.path), response.status_code
        if dialect is None or status < 400 or response["Content-Type"] == "application/json":
            return response
        answer = dialect.respond(Problem(*MEANINGS.get(status, UNREADABLE if status < 500 else FAULT)), request)
        for name, value in response.headers.items():
            if name != "Content-Length":
                answer.headers.setdefault(name, value)
        return answer
