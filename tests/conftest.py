"""The cast, the same in every test: the owner (`user` of `pro`), another Pro, nobody, staff."""

import gc
import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.management import call_command
from django.db import connections
from django.template import Context, RequestContext, Template
from django.test import Client, override_settings
from django.utils import translation

from config.accounts.models import Pro, User
from config.accounts.models.session import SessionStore
from config.accounts.proof import PROVEN_AT
from inquiries.models import InquiryType

from .chromium import find_chromium
from .contacts.channels.dovecot import NO_DOVECOT, find_dovecot
from .databases import django_db_setup, migrate, templates
from .factories import ProFactory, UserFactory, make_token
from .isolation import attachment_folder, case, fresh_process, media, module_rows, pytest_fixture_setup
from .upgrade.former import missing_commit

__all__ = [
    "attachment_folder",
    "case",
    "django_db_setup",
    "fresh_process",
    "media",
    "migrate",
    "module_rows",
    "pytest_fixture_setup",
    "templates",
]

NO_CHROMIUM = (
    "No Chromium found: the browser tests did NOT run. "
    "Install it, on Debian with: apt-get install chromium-headless-shell"
)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for name, is_missing, text in (
        ("browser tests", find_chromium() is None, NO_CHROMIUM),
        ("mailbox tests", find_dovecot() is None, NO_DOVECOT),
        ("upgrade check", bool(missing_commit()), missing_commit()),
    ):
        if is_missing:
            terminalreporter.section(name, red=True, bold=True)
            terminalreporter.line(text, red=True, bold=True)


def pytest_collection_finish() -> None:
    # What is loaded now stays: the collector need not walk through it again and again.
    gc.collect()
    gc.freeze()
    # Little of what tests leave behind is garbage: looking through all of it takes 3 % of their time.
    gc.set_threshold(2_000, 10, 500)


@pytest.fixture(scope="session", autouse=True)
def contexts_of_pages_alone(django_test_environment: None) -> None:
    """Keep the context of a whole page, in `response.context`, and of no other template.

    Django's tests keep a copy for each template and each option of a list: a twentieth of the time of a page.
    """
    note = Template._render

    def render(template: Template, context: Context) -> str:
        is_page = isinstance(context, RequestContext) and context.template is template
        return note(template, context) if is_page else template.nodelist.render(context)

    Template._render = render


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> None:
    """A safe hash is slow by design; half a second for every user of every test."""
    override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]).enable()


@pytest.fixture
def pro(db: None) -> Pro:
    return ProFactory(name="Agence du Port", email="port@example.com")


@pytest.fixture
def user(pro: Pro) -> User:
    return UserFactory(pro=pro, email="owner@example.com", name="Olive Owner")


@pytest.fixture
def other_user(db: None) -> User:
    return UserFactory(email="other@example.net", pro=ProFactory(name="Somebody Else"))


@pytest.fixture
def staff(db: None) -> User:
    return UserFactory(email="staff@example.com", pro=None, is_staff=True, is_superuser=True)


def _client(user: User | None = None) -> Client:
    # Faults are answered as they would be in production, so that a test can look at the answer.
    client = Client(raise_request_exception=False)
    if user:
        client.cookies[settings.SESSION_COOKIE_NAME] = new_session(user)
    return client


def new_session(user: User) -> str:
    """The key of a session of somebody who has signed in, without all that a sign-in does."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "config.accounts.backends.EmailBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session[PROVEN_AT] = int(time.time())
    session.create()
    return session.session_key


@pytest.fixture
def nobody() -> Client:
    return _client()


@pytest.fixture
def browser(user: User) -> Client:
    """The owner, signed in."""
    return _client(user)


@pytest.fixture
def other_browser(other_user: User) -> Client:
    return _client(other_user)


@pytest.fixture
def staff_browser(staff: User) -> Client:
    return _client(staff)


class Api:
    """Speaks JSON with one token. Every call returns the response; `json` of it is the decoded body."""

    def __init__(self, token: str | None) -> None:
        self.client = _client()
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(path, query, headers=self.headers)

    def send(
        self, method: str, path: str, body: Any = None, content_type: str = "application/json", **more: Any
    ) -> Any:
        data = body if isinstance(body, bytes | str) else json.dumps(body)
        return self.client.generic(method, path, data, content_type, headers={**self.headers, **more})

    def post(self, path: str, body: Any = None, **more: Any) -> Any:
        return self.send("POST", path, body, **more)

    def patch(self, path: str, body: Any = None, **more: Any) -> Any:
        return self.send("PATCH", path, body, **more)

    def delete(self, path: str, **more: Any) -> Any:
        return self.send("DELETE", path, "", **more)

    def put(self, path: str, body: Any = None, **more: Any) -> Any:
        return self.send("PUT", path, body, **more)


@pytest.fixture
def api(pro: Pro) -> Api:
    """The owner's program, with every scope."""
    return Api(make_token(pro))


@pytest.fixture
def other_api(other_user: User) -> Api:
    return Api(make_token(other_user.pro))


@pytest.fixture
def api_with(pro: Pro) -> Callable[..., Api]:
    """Makes a program of the owner's with these scopes and token fields."""
    return lambda *scopes, **fields: Api(make_token(pro, *scopes, **fields))


@pytest.fixture
def work_tasks(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Works the task queue empty, with the worker that production runs."""
    # The connection belongs to the test and its transaction here.
    monkeypatch.setattr("config.jobs.worker.close_old_connections", lambda: None)
    return lambda: call_command("worker", batch=True)


@pytest.fixture
def at_once() -> Iterator[Callable[..., list[Any]]]:
    """Calls one function in several threads that are let go together; returns what each call returned.

    For tests with `django_db(transaction=True)`: every thread has a connection of its own, until the test ends.
    """
    pools: dict[int, ThreadPoolExecutor] = {}

    def run(count: int, work: Callable[[int], Any]) -> list[Any]:
        barrier = threading.Barrier(count)

        def one(number: int) -> Any:
            barrier.wait(30)
            try:
                return work(number)
            finally:
                translation.deactivate()

        if count not in pools:
            pools[count] = ThreadPoolExecutor(count)
        return list(pools[count].map(one, range(count)))

    yield run
    for count in list(pools):
        run(count, lambda _number: connections.close_all())
        pools[count].shutdown()


@pytest.fixture
def shipped(db: None) -> dict[str, InquiryType]:
    """The types that come with the product, by slug."""
    return {inquiry_type.slug: inquiry_type for inquiry_type in InquiryType.objects.all()}
