"""Headers of every JSON answer: what is left of the limit, parameters that mean nothing, and no keeping by caches."""

import pytest

from config.accounts.access import REQUESTS

from ..factories import ContactFactory, InquiryFactory
from ..inquiries.uploads import OWNER, form, post

pytestmark = pytest.mark.django_db


def test_each_answer_says_what_is_left_of_the_limit(api, pro, monkeypatch):
    monkeypatch.setattr("config.web.limits.time.time", lambda: 1_000_000_020)  # A window of 60 s ends in 60 s.
    contact = ContactFactory(pro=pro)
    answers = [api.get("/api/v1/contacts"), api.get(f"/api/v1/contacts/{contact.pk}"), api.get("/api/v1/contacts/0")]
    policy = f'"api";q={REQUESTS.times};w=60'
    # The last one is 404 before the caller is asked for.
    assert [answer.headers.get("RateLimit-Policy") for answer in answers] == [policy, policy, None]
    assert [answer.headers.get("RateLimit") for answer in answers] == [
        f'"api";r={REQUESTS.times - 1};t=60',
        f'"api";r={REQUESTS.times - 2};t=60',
        None,
    ]


def test_a_refusal_says_that_nothing_is_left(api, monkeypatch):
    monkeypatch.setattr(REQUESTS, "times", 1)
    monkeypatch.setattr("config.web.limits.time.time", lambda: 1_000_000_050)
    assert api.get("/api/v1/contacts")["RateLimit"] == '"api";r=0;t=30'
    refused = api.get("/api/v1/contacts")
    assert (refused.status_code, refused["Retry-After"], refused["RateLimit"]) == (429, "30", '"api";r=0;t=30')


def test_parameters_that_mean_nothing_are_named(api, pro):
    contact = ContactFactory(pro=pro)
    answer = api.get("/api/v1/contacts?limit=5&Limit=5&colour=r%C3%A9d&colour=2&a%0D%0Ab=1")
    assert answer.status_code == 200
    assert answer["X-Ignored-Parameters"] == "Limit, colour, a%0D%0Ab"
    assert api.get(f"/api/v1/contacts/{contact.pk}?x=1")["X-Ignored-Parameters"] == "x"
    assert "X-Ignored-Parameters" not in api.get("/api/v1/contacts?limit=5")
    thousands = api.get(f"/api/v1/contacts/{contact.pk}?" + "&".join(f"p{number}=1" for number in range(2000)))
    assert (thousands.status_code, thousands.get("X-Ignored-Parameters")) == (200, None)
    many = api.get("/api/v1/contacts?" + "&".join(f"{'p' * 60}{n}" for n in range(30)))
    assert many["X-Ignored-Parameters"] == ", ".join(["p" * 50] * 20)


def test_an_upload_reads_its_fields_from_the_query_too(api, pro):
    path = f"/api/inquiries/{InquiryFactory(pro=pro, user_id=OWNER).pk}/attachments?user_id={OWNER}&more=1"
    assert post(api, path, form())["X-Ignored-Parameters"] == "more"


def test_no_cache_keeps_an_answer(api, nobody):
    for answer in (api.get("/api/v1/contacts"), nobody.get("/api/v1/contacts"), api.get("/api/inquiries/0")):
        assert answer["Cache-Control"] == "private, no-store"
