"""Error pages on the paths of an API, converted to JSON."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from .dialect import Dialect
from .errors import ProblemError

# Refusals by Django or a middleware, before or after the view.
PROBLEMS = {
    401: ("unauthenticated", "Send a token as Authorization: Bearer."),
    403: ("forbidden", "This is not open to the caller."),
    404: ("not_found", "There is no such address."),
    405: ("method_not_allowed", "This method is not allowed here."),
    413: ("too_large", "The request is too large."),
    429: ("rate_limited", "Too many requests. Try again later."),
    503: ("unavailable", "Not available at the moment. Try again."),
}
UNREADABLE = ("unreadable", "The request could not be read.")
SERVER_ERROR = ("server_error", "Something went wrong on our side. Quote the request id when you ask about it.")


class DialectMiddleware:
    """Replaces an error page on a path of an API by an error of its dialect: no caller of an API ever gets HTML."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        dialect, status = Dialect.at(request.path), response.status_code
        if dialect is None or status < 400 or response["Content-Type"] == "application/json":
            return response
        kind, message = PROBLEMS.get(status, UNREADABLE if status < 500 else SERVER_ERROR)
        answer = dialect.respond(ProblemError(kind, message), request)
        for name, value in response.headers.items():
            if name != "Content-Length":
                answer.headers.setdefault(name, value)
        return answer
