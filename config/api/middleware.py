"""Error pages on the paths of an API, converted to JSON."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from .dialect import REFUSALS
from .endpoint import Api
from .errors import ProblemError


class DialectMiddleware:
    """Replaces an error page on a path of an API by an error of its dialect: no caller of an API ever gets HTML.

    The page comes from Django or a middleware, before the view or after an exception that is a bug.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        status = response.status_code
        if status < 400 or response["Content-Type"] == "application/json" or not (api := Api.at(request.path)):
            return response
        _types, kind, message = REFUSALS.get(status) or REFUSALS[400 if status < 500 else 500]
        # A middleware may have words of its own.
        message = getattr(response, "refusal", message)
        answer = api.dialect.respond(ProblemError(kind, message), request)
        for name, value in response.headers.items():
            if name != "Content-Length":
                answer.headers.setdefault(name, value)
        return answer
