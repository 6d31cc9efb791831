"""A UserHub that accepts connections and never answers."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings

from inquiries.models import Inquiry

from ..conftest import new_session
from .relay import SilentPeer

pytestmark = pytest.mark.django_db(transaction=True)
SUBMISSIONS = 20


def test_submissions_wait_for_nobody_and_the_desk_answers(serve, user, timed, record_property):
    peer = SilentPeer()
    server = serve(USERHUB_URL=f"http://127.0.0.1:{peer.port}", USERHUB_TOKEN="x")
    cookie = {"Cookie": f"{settings.SESSION_COOKIE_NAME}={new_session(user)}"}
    let_go = threading.Barrier(SUBMISSIONS + 1)

    def submit(number):
        let_go.wait(30)
        body = {"user_id": 456, "subject": f"Keuken {number}", "message": "Graag een offerte."}
        return server.call("POST", "/api/inquiries", body)

    def look():
        return timed(server.ask, "GET", "/inbox", **cookie)

    quiet = max(look()[0] for _ in range(3))
    with ThreadPoolExecutor(SUBMISSIONS) as pool:
        answers = pool.map(submit, range(SUBMISSIONS))
        let_go.wait(30)
        looks = [look() for _ in range(5)]
        taken = [(status, json.loads(body)["success"]) for status, _headers, body in answers]
    peer.close()
    slowest = max(seconds for seconds, _answer in looks)
    record_property("measured", f"the desk {slowest:.1f} s (alone {quiet:.1f} s); {len(taken)} of 20 accepted")
    assert taken == [(201, True)] * SUBMISSIONS
    assert [answer[0] for _seconds, answer in looks] == [200] * 5
    assert Inquiry.objects.filter(profile_at=None, profile_problem="").count() == SUBMISSIONS
    # Each process tries UserHub once, for less than a second.
    assert slowest < 4 + 2 * quiet
