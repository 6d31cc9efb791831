"""Errors reported to Sentry: the place in the code, and nothing of what anybody typed or sent."""

import json
import logging
import sys

import pytest
import sentry_sdk
from django.db import OperationalError
from sentry_sdk.transport import Transport

from config.web import sentry
from config.web.sentry import start_sentry

from ..factories import ContactFactory

pytestmark = pytest.mark.django_db
DSN = "https://0123456789abcdef@sentry.example.com/7"


class Kept(Transport):
    """Keeps what would be sent."""

    def __init__(self):
        super().__init__()
        self.sent = []

    def capture_envelope(self, envelope):
        self.sent += [item.payload.json for item in envelope.items]

    def flush(self, *_args, **_more):
        """Send what waits: nothing."""


@pytest.fixture
def sent():
    transport = Kept()
    start_sentry(DSN, transport=transport)
    yield transport.sent
    sentry_sdk.get_client().close()
    # With its default integrations it would stay in the way of other tests.
    sentry_sdk.init(default_integrations=False, auto_enabling_integrations=False)


def test_a_request_that_fails(browser, pro, sent, monkeypatch):
    contact = ContactFactory(pro=pro, name="Zyxxy", email="zyxxy@example.org")

    def fail(*_args):
        words = contact.name
        raise ValueError(f"cannot show {words}")

    monkeypatch.setattr("contacts.views.contact.contact_context", fail)
    response = browser.get(f"/contacts/{contact.pk}?q=Zyxxy", headers={"User-Agent": "Zyxxy"})
    assert response.status_code == 500
    (event,) = sent
    (error,) = event["exception"]["values"]
    assert error["type"] == "ValueError" and "value" not in error
    last = error["stacktrace"]["frames"][-1]
    assert last["function"] == "fail" and last["lineno"] > 0 and "vars" not in last and "context_line" not in last
    assert event["tags"] == {"request_id": response.headers["X-Request-ID"]}
    text = json.dumps(sent).lower()
    assert "zyxxy" not in text and str(contact.pk) not in text


def test_a_line_of_the_log_without_its_values(sent):
    logging.getLogger("vestibule.worker").error("job of %s for jan@example.org failed", "Zyxxy")
    (event,) = sent
    assert event["logentry"] == {"message": "job of %s for …@example.org failed"}
    assert "Zyxxy" not in json.dumps(event)


def test_neither_warnings_nor_a_database_that_is_away(sent):
    logging.getLogger("vestibule.worker").warning("odd")
    try:
        raise OperationalError("unable to open database file")
    except OperationalError:
        logging.getLogger("django.request").exception("failed")
    assert sent == []


def test_nothing_is_loaded_without_the_setting(monkeypatch):
    monkeypatch.setattr(sentry, "find_spec", lambda name: pytest.fail(f"{name} is looked for"))
    start_sentry("")


def test_a_start_without_the_client_says_how_to_install_it(monkeypatch):
    monkeypatch.setattr(sentry, "find_spec", lambda name: None)
    with pytest.raises(SystemExit, match=r"SENTRY_DSN is set.*requirements-sentry\.txt"):
        start_sentry(DSN)
    assert sys.exc_info() == (None, None, None)
