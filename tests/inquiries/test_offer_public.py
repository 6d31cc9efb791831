"""The customer's page of an offer."""

from datetime import date

import pytest
from django.test import Client

from config.web.models import RateCount
from inquiries.models import Inquiry, Offer
from inquiries.offers.lifecycle import answer_offer
from inquiries.offers.public_views import VIEWS

from ..pages import Page


def text(response, status=200):
    return Page(response, status).one("main").text


def path(offer):
    return f"/offers/{offer.key}"


def status():
    return Offer.objects.values_list("status", flat=True).get()


def test_the_customer_sees_it_and_it_counts_as_viewed(nobody, sent, pro):
    pro.phone = "+33491555012"
    pro.save()
    response = nobody.get(path(sent))
    day = sent.valid_until.strftime("%B %Y")
    assert text(response) == (
        f"Offer · Reference {sent.inquiry_id} Kitchen €1,850.50 Valid until {sent.valid_until.day} {day} Oak. Fitted. "
        "Your answer If you accept, Agence du Port is notified at once and contacts you about the next steps. You pay "
        "nothing on this page. You can answer only once. Accept the offer Yes, I accept €1,850.50 No, thank you "
        "Decline the offer Questions? Agence du Port port@example.com 04 91 55 50 12"
    )
    assert status() == "viewed"


def test_nobody_else_learns_of_the_page(nobody, sent):
    headers = nobody.get(path(sent)).headers
    assert (headers["X-Robots-Tag"], headers["Content-Language"]) == ("noindex, nofollow", "en")
    assert "no-store" in headers["Cache-Control"]
    # Not "no-referrer": with that, browsers hide where a form comes from, and Django refuses the answer.
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("headers", [{"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"}])
def test_a_prefetch_is_not_a_view(nobody, sent, headers):
    assert "Kitchen" in text(nobody.get(path(sent), headers=headers))
    assert status() == "sent"


def test_a_head_is_not_a_view(nobody, sent):
    assert nobody.head(path(sent)).status_code == 200
    assert status() == "sent"


@pytest.mark.parametrize("who", ["browser", "staff_browser"])
def test_the_pro_looks_without_a_view_and_cannot_answer(request, sent, who):
    client = request.getfixturevalue(who)
    page = Page(client.get(path(sent)))
    assert "Only the customer can answer." in page.one("main").text
    assert "Accept the offer" not in page.text and not page.has("form")
    refused = Page(client.post(path(sent), {"answer": "accept"}), 403)
    assert refused.one("h1").text == "That is not open to you"
    assert status() == "sent"


def test_somebody_elses_pro_may_be_the_customer(other_browser, sent):
    other_browser.get(path(sent))
    assert status() == "viewed"
    assert other_browser.post(path(sent), {"answer": "accept"}).status_code == 302
    assert status() == "accepted"


@pytest.mark.parametrize(("answer", "asked"), [("accept", "Accept the offer"), ("decline", "No, thank you")])
def test_either_answer_takes_two_taps(nobody, sent, answer, asked):
    page = Page(nobody.get(path(sent)))
    [details] = [part for part in page.all("details:not([open])") if part.has(f"[name=answer][value={answer}]")]
    assert details.one("summary").text == asked
    assert len(page.all("[name=answer]")) == 2


@pytest.mark.parametrize(
    ("answer", "after", "confirmation"),
    [
        ("accept", "accepted", "You have accepted this offer Agence du Port was notified on"),
        ("decline", "declined", "You have declined this offer Agence du Port was notified on"),
    ],
)
def test_the_customer_answers(nobody, sent, answer, after, confirmation):
    response = nobody.post(path(sent), {"answer": answer})
    assert (response.status_code, response["Location"], status()) == (302, path(sent), after)
    page = Page(nobody.get(path(sent)))
    assert confirmation in page.one("main").text and not page.has("form")
    assert nobody.post(path(sent), {"answer": answer})["Location"] == path(sent)


def test_another_answer_afterwards_is_refused(nobody, sent):
    answer_offer(sent, Offer.Status.ACCEPTED)
    response = nobody.post(path(sent), {"answer": "decline"})
    assert "no longer possible" in text(response, 409) and "You have accepted this offer" in text(response, 409)
    assert status() == "accepted"


def test_after_its_last_day_it_is_not_answered(nobody, sent):
    Offer.objects.update(valid_until=date(2026, 1, 1))
    expired = "This offer has expired It can no longer be accepted. Ask Agence du Port for a new one."
    assert expired in text(nobody.get(path(sent)))
    assert expired in text(nobody.post(path(sent), {"answer": "accept"}), 409)
    assert status() == "sent"


@pytest.mark.parametrize("answer", ["", "x", "a\0", "accepted", "view"])
def test_an_unknown_answer_is_none(nobody, sent, answer):
    for response in (nobody.post(path(sent), {"answer": answer}), nobody.post(path(sent))):
        assert "Accept the offer" in text(response, 422)
    assert status() == "sent"


def test_another_sites_form_does_not_answer(sent):
    client = Client(enforce_csrf_checks=True)
    assert client.post(path(sent), {"answer": "accept"}).status_code == 403
    assert status() == "sent"
    page = Page(client.get(path(sent)))
    token = page.one("form [name=csrfmiddlewaretoken]").value
    assert client.post(path(sent), {"answer": "accept", "csrfmiddlewaretoken": token}).status_code == 302
    assert status() == "accepted"


@pytest.mark.parametrize("method", ["get", "post", "head"])
def test_a_draft_is_404_for_everybody(nobody, browser, draft, method):
    for client in (nobody, browser):
        there = getattr(client, method)(path(draft))
        gone = getattr(client, method)(path(Offer()))
        assert (there.status_code, there.content) == (gone.status_code, gone.content) == (404, gone.content)


@pytest.mark.parametrize("key", ["x", "%00", "é", "a" * 5000, "-" * 43])
def test_an_unknown_key_is_404(nobody, sent, key):
    page = Page(nobody.get(f"/offers/{key}"), 404)
    assert page.one("h1").text == "There is nothing here"
    assert "Kitchen" not in page.text and status() == "sent"


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_only_looking_and_answering(nobody, sent, method):
    response = getattr(nobody, method)(path(sent))
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, POST")
    assert status() == "sent"


def test_it_speaks_the_customers_language_and_not_the_browsers(nobody, sent):
    Inquiry.objects.update(person={**sent.inquiry.person, "language": "nl"})
    response = nobody.get(path(sent), headers={"Accept-Language": "fr"})
    page = Page(response)
    assert page.one("html")["lang"] == response["Content-Language"] == "nl"
    assert "€\u00a01.850,50" in page.one("main").raw_text


def test_the_text_of_an_offer_keeps_its_lines_and_is_escaped(nobody, sent):
    Offer.objects.update(title="<script>alert(1)</script>", text="a <b>\n\nc")
    page = Page(nobody.get(path(sent)))
    assert page.one("h1").text == "<script>alert(1)</script>"
    assert page.texts("main script") == []
    assert page.texts(".offer-sheet .prose p") == ["a <b>", "c"]


def test_guessing_is_limited(nobody, sent, monkeypatch):
    monkeypatch.setattr(VIEWS, "times", 2)
    codes = [nobody.get("/offers/guess").status_code for _ in range(2)]
    last = nobody.post(path(sent), {"answer": "accept"})
    assert codes == [404, 404]
    assert Page(last, 429).one("h1").text == "That was too often"
    assert int(last["Retry-After"]) > 0
    assert (status(), RateCount.objects.get().count) == ("sent", 3)
