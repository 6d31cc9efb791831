"""A forgotten password is replaced by mail, and the own one is changed."""

import re

import pytest
from django.core import mail
from django.test import Client

from config.accounts.limits import RESETS_PER_ADDRESS

from ..factories import PASSWORD
from ..pages import Page

NEW = "another long password"


def link(message):
    return re.search(r"http://testserver(\S+)", message.body)[1]


@pytest.mark.parametrize("email", ["owner@example.com", "OWNER@example.com"])
def test_a_forgotten_password_is_replaced_by_mail(nobody, user, work_tasks, email):
    response = nobody.post("/password/reset", {"email": email})
    assert response["Location"] == "/password/reset/sent"
    assert mail.outbox == []  # The worker sends it.
    work_tasks()
    (message,) = mail.outbox
    assert (message.to, message.subject) == (["owner@example.com"], "Your new Vestibule password")
    form = nobody.get(link(message), follow=True)
    response = nobody.post(form.request["PATH_INFO"], {"new_password1": NEW, "new_password2": NEW})
    assert response["Location"] == "/sign-in"
    assert nobody.post("/sign-in", {"username": email, "password": NEW})["Location"] == "/"


def test_a_link_works_once(nobody, user, work_tasks):
    nobody.post("/password/reset", {"email": user.email})
    work_tasks()
    path = link(mail.outbox[0])
    form = nobody.get(path, follow=True)
    nobody.post(form.request["PATH_INFO"], {"new_password1": NEW, "new_password2": NEW})
    assert Page(Client().get(path, follow=True)).one("h1").text == "This link is no longer valid"


@pytest.mark.parametrize("path", ["/password/reset/x/y", "/password/reset/MQ/set-password", "/password/reset/%00/x"])
def test_a_made_up_link_is_refused(nobody, user, path):
    assert Page(nobody.get(path, follow=True)).one("h1").text == "This link is no longer valid"


def test_a_new_password_lifts_the_lock_of_wrong_guesses(nobody, user, work_tasks):
    for _ in range(5):
        locked = nobody.post("/sign-in", {"username": user.email, "password": "wrong"})
    assert locked.status_code == 429
    nobody.post("/password/reset", {"email": user.email})
    work_tasks()
    form = nobody.get(link(mail.outbox[0]), follow=True)
    nobody.post(form.request["PATH_INFO"], {"new_password1": NEW, "new_password2": NEW})
    assert nobody.post("/sign-in", {"username": user.email, "password": NEW})["Location"] == "/"


def test_an_unknown_address_gets_the_same_answer_and_no_mail(nobody, user, work_tasks):
    assert nobody.post("/password/reset", {"email": "x@example.com"})["Location"] == "/password/reset/sent"
    work_tasks()
    assert mail.outbox == []


def test_one_address_gets_a_limited_number_of_mails(nobody, user, work_tasks, monkeypatch):
    monkeypatch.setattr(RESETS_PER_ADDRESS, "times", 1)
    answers = [nobody.post("/password/reset", {"email": e}).status_code for e in (user.email, user.email.upper())]
    work_tasks()
    assert (answers, len(mail.outbox)) == ([302, 429], 1)


def test_a_host_header_does_not_lead_the_link_elsewhere(nobody, user, work_tasks, settings):
    settings.ALLOWED_HOSTS = ["*"]
    nobody.post("/password/reset", {"email": user.email}, headers={"Host": "evil.example"})
    work_tasks()
    assert "evil.example" not in mail.outbox[0].body
    assert link(mail.outbox[0]).startswith("/password/reset/")


def test_changing_the_password_keeps_this_session_and_ends_the_others(browser, user):
    elsewhere = Client()
    elsewhere.force_login(user, backend="config.accounts.backends.EmailBackend")
    data = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    assert browser.post("/settings/password", data)["Location"] == "/settings/profile"
    assert Page(browser.get("/settings/profile")).texts(".message") == ["Your new password is set."]
    assert elsewhere.get("/inbox")["Location"] == "/sign-in?next=/inbox"


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (
            {"old_password": "wrong", "new_password1": NEW, "new_password2": NEW},
            "Your old password was entered incorrectly. Please enter it again.",
        ),
        (
            {"old_password": PASSWORD, "new_password1": "short", "new_password2": "short"},
            "This password is too short. It must contain at least 10 characters.",
        ),
        (
            {"old_password": PASSWORD, "new_password1": NEW, "new_password2": "x"},
            "The two password fields didn’t match.",
        ),
    ],
)
def test_an_invalid_change_is_named(browser, user, data, error):
    assert Page(browser.post("/settings/password", data)).texts(".errorlist li") == [error]
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
