"""Toasts: on the next page, beside a fragment of htmx, and with their undo."""

import pytest
from django.contrib import messages
from django.contrib.messages.middleware import MessageMiddleware
from django.http import HttpResponse
from django.shortcuts import render
from django.test import RequestFactory
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxMiddleware

from config.accounts.models.session import SessionStore
from config.web.toasts import ToastMiddleware, toast
from tests.pages import Page

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask():
    """Sends a request with these headers to a view; the session is the same each time."""
    session = SessionStore()

    def ask(view, **headers):
        request = RequestFactory().post("/x", headers=headers)
        request.session = session
        return HtmxMiddleware(MessageMiddleware(ToastMiddleware(view)))(request)

    return ask


HTMX = {"HX-Request": "true"}


def archive(request):
    toast(request, "Anna <b> is archived.", "/contacts/1/restore")
    messages.error(request, "And one was not.")
    return HttpResponse("<li>done</li>")


def show(request):
    return render(request, "partials/_messages.html", {"messages": messages.get_messages(request)})


def test_htmx_gets_it_beside_its_fragment(ask):
    page = Page(ask(archive, **HTMX))
    assert page.one("li").text == "done"
    assert page.one('[hx-swap-oob="beforeend:#toasts"]').texts(".toast.toast-success p") == ["Anna <b> is archived."]
    assert page.one("#messages[hx-swap-oob]").texts(".message-error") == ["And one was not."]
    form = page.form(".toast form")
    assert (form.method, form.action, form["hx-post"], form["hx-swap"]) == (
        "post",
        *["/contacts/1/restore"] * 2,
        "none",
    )
    assert form.one("button").text == "Undo"
    # Shown once.
    assert Page(ask(show)).one("#toasts").texts("p") == []


def test_without_htmx_it_stands_on_the_next_page(ask):
    assert ask(archive).content == b"<li>done</li>"
    page = Page(ask(show))
    assert page.one("#toasts[role=status]").texts(".toast p") == ["Anna <b> is archived."]
    assert page.one("#messages[role=status]").texts("p") == ["And one was not."]
    assert page.form(".toast form").action == "/contacts/1/restore"


@pytest.mark.parametrize(
    "answer",
    [
        HttpResponseClientRedirect("/y"),
        HttpResponse(status=204),
        HttpResponse(status=404),
        HttpResponse("{}", content_type="application/json"),
    ],
    ids=["leaves", "nothing to swap", "refused", "no page"],
)
def test_it_waits_for_an_answer_that_is_shown(ask, answer):
    def view(request):
        toast(request, "Saved.")
        return answer

    before = answer.content
    assert ask(view, **HTMX).content == before
    assert Page(ask(show)).one("#toasts").texts("p") == ["Saved."]


def test_a_view_that_shows_it_itself_shows_it_once(ask):
    def view(request):
        toast(request, "Saved.")
        return show(request)

    assert Page(ask(view, **HTMX)).texts(".toast p") == ["Saved."]


def test_former_messages_wait_for_a_page(ask):
    ask(archive)
    assert ask(lambda request: HttpResponse("<p>poll</p>"), **HTMX).content == b"<p>poll</p>"
    assert Page(ask(show)).texts(".toast p") == ["Anna <b> is archived."]


def test_one_without_an_undo_has_no_form_and_its_seconds_are_told(ask):
    def view(request):
        toast(request, "It leaves soon.", level=messages.INFO, seconds=25)
        return show(request)

    toasts = Page(ask(view)).one("#toasts")
    assert toasts.values(".toast", "data-seconds") == ["25"]
    assert toasts.values(".toast", "class") == ["toast toast-info"]
    assert toasts.all("form") == []
