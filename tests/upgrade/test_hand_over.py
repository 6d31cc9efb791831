"""A reload of the web server: new code and new settings, and no request that fails."""

import signal
import threading
import time
from pathlib import Path
from urllib.parse import urlencode

import pytest

from contact_requests.models import ContactRequest
from contacts.models import Contact
from tests.factories import PropertyFactory, make_token
from tests.servers import Server

# What is handed over is a socket; the database has no part in it.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.thorough, pytest.mark.postgresql]


@pytest.fixture
def env_file(tmp_path):
    """The settings of the server, which a reload reads anew."""
    file = tmp_path / "env"
    file.write_text("LANGUAGE_CODE=en\nWEB_CONCURRENCY=2\nFORM_SENDS_PER_HOUR=100000\n")
    return file


@pytest.fixture
def server(pro, env_file):
    server = Server(make_token(pro), ENV_FILE=str(env_file)).until_up()
    yield server
    server.kill()


def language(server):
    _status, headers, _body = server.ask("GET", "/sign-in")
    return headers["Content-Language"]


class Visitors:
    """They read a page, post a contact and send a property's form, each every 80 ms, until the end of the block."""

    def __init__(self, server, slug):
        self.server, self.path = server, f"/properties/{slug}"
        self.answers, self.is_over = [], threading.Event()
        self.threads = [threading.Thread(target=self.visit, args=(work,)) for work in (self.read, self.post, self.send)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        for thread in self.threads:
            thread.join()

    def visit(self, work):
        while not self.is_over.wait(0.08):
            try:
                self.answers.append(work())
            except Exception as error:
                self.answers.append(error)

    def read(self):
        return self.server.ask("GET", "/sign-in")[0]

    def post(self):
        return self.server.post(f"n{time.monotonic_ns()}")[0]

    def send(self):
        body = {"name": "Nadia", "email": "nadia@example.org", "message": f"Is it free at {time.monotonic()}?"}
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.server.ask("POST", self.path, urlencode(body), **form)[0]


def test_new_settings_and_no_failed_request(server, env_file, pro):
    house = PropertyFactory(pro=pro, slug="maison-du-lac")
    assert language(server) == "en"
    with Visitors(server, house.slug) as visitors:
        env_file.write_text(env_file.read_text().replace("LANGUAGE_CODE=en", "LANGUAGE_CODE=fr"))
        assert server.reload()
        assert language(server) == "fr"
    assert {type(answer) for answer in visitors.answers} == {int}
    counts = {status: visitors.answers.count(status) for status in set(visitors.answers)}
    assert counts.keys() == {200, 201, 302} and min(counts.values()) > 2
    assert (Contact.objects.filter(name__startswith="n").count(), ContactRequest.objects.count()) == (
        counts[201],
        counts[302],
    )


def children(server):
    pid = server.process.pid
    return len(Path(f"/proc/{pid}/task/{pid}/children").read_text().split())


def wait_until(condition):
    for _ in range(600):
        if condition():
            return
        time.sleep(0.1)
    pytest.fail("it does not come about")


def test_settings_that_cannot_be_used_leave_the_former_ones_running(server, env_file):
    good = env_file.read_text()
    workers = children(server)
    env_file.write_text(good.replace("FORM_SENDS_PER_HOUR=100000", "FORM_SENDS_PER_HOUR=none"))
    server.process.send_signal(signal.SIGHUP)
    wait_until(lambda: children(server) > workers)
    wait_until(lambda: children(server) == workers)
    assert language(server) == "en"
    env_file.write_text(good.replace("LANGUAGE_CODE=en", "LANGUAGE_CODE=nl"))
    assert server.reload()
    assert language(server) == "nl"
