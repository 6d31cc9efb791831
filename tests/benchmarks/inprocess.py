"""Requests of a signed-in user or of a program, answered in this process by the whole of the product."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.accounts.models import Pro, User
from config.wsgi import application


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Caller:
    """Somebody with a session, a token, or neither. `headers` are names of WSGI's environment."""

    headers: dict[str, str] = field(default_factory=dict)

    def send(self, method: str, url: str, content: bytes = b"", **headers: str) -> Answer:
        parts = urlsplit(url)
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": parts.path,
            "QUERY_STRING": parts.query,
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "80",
            "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_LENGTH": str(len(content)),
            "wsgi.input": io.BytesIO(content),
            "wsgi.url_scheme": "http",
            "wsgi.errors": io.StringIO(),
            **self.headers,
            **headers,
        }
        started: list[Any] = []
        chunks = application(environ, lambda status, head: started.extend((status, head)))  # type: ignore[arg-type]
        body = b"".join(chunks)
        if hasattr(chunks, "close"):
            chunks.close()
        return Answer(int(started[0][:3]), dict(started[1]), body)

    def get(self, url: str, target: str = "", **query: object) -> Answer:
        """A page, or the fragment with the id `target` as htmx asks for it. Fails unless it is there."""
        if query:
            url += ("&" if "?" in url else "?") + urlencode(query)
        answer = self.send("GET", url, **(_htmx(target) if target else {}))
        assert answer.status == 200, (url, answer.status, answer.headers, answer.body[:500])
        return answer

    def getting(self, url: str, target: str = "", **query: object) -> Callable[[], Answer]:
        return lambda: self.get(url, target, **query)

    def queries(self, url: str, target: str = "", **query: object) -> list[str]:
        """The SQL that a page sends."""
        self.get(url, target, **query)
        with CaptureQueriesContext(connection) as captured:
            self.get(url, target, **query)
        return [one["sql"] for one in captured.captured_queries]


def _htmx(target: str) -> dict[str, str]:
    return {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": target, "HTTP_HX_CURRENT_URL": "http://testserver/"}


def program(token: str) -> Caller:
    return Caller({"HTTP_AUTHORIZATION": f"Bearer {token}"})


def signed_in(user: User) -> Caller:
    """Somebody in a browser."""
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[-1])
    return Caller({"HTTP_COOKIE": _encode(client.cookies)})


def _encode(cookies: SimpleCookie) -> str:
    return "; ".join(f"{name}={morsel.value}" for name, morsel in cookies.items())


def member(pro: Pro) -> Caller:
    """A user of the Pro, who is made when there is none."""
    email = f"member{pro.pk}@example.com"
    user = User.objects.filter(email=email).first()
    return signed_in(user or User.objects.create_user(email, pro=pro, name="Member"))


def staff() -> Caller:
    user = User.objects.filter(email="staff@example.com").first()
    return signed_in(user or User.objects.create_superuser("staff@example.com"))
