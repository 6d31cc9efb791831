"""Reset of a second factor that is lost: by an owner for a colleague, by staff, and by a command."""

import re

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client

from config.accounts.models import CodeApp, RecoveryCode, Session, User
from tests.admin_site import page as admin_page
from tests.conftest import new_session
from tests.factories import UserFactory
from tests.pages import Page

from .ended_session import fill, send
from .factors import changes, give_app, give_password
from .test_password_again import TITLE, age

pytestmark = pytest.mark.django_db
PATH = "/settings/security"


def test_an_owner_resets_that_of_a_colleague(owner, user, member, pro, work_tasks):
    give_app(member)
    work_tasks()
    mail.outbox.clear()
    theirs = new_session(member)
    page = Page(owner.get(PATH))
    assert page.texts(".rows strong") == ["Mia Member", "Olive Owner"]
    (form,) = page.all(".rows form")
    assert form["action"] == f"{PATH}/{member.pk}/reset"
    form = page.form(".rows form")
    assert send(owner, PATH, form, fill(form))["Location"] == PATH
    member.refresh_from_db()
    assert (member.second_factor_at, CodeApp.objects.count(), RecoveryCode.objects.filter(user=member).count()) == (
        None,
        0,
        0,
    )
    assert not Session.objects.filter(session_key=theirs).exists()
    assert changes("second_factor_changed")[-1] == (user.pk, str(member.pk), "reset")
    work_tasks()
    (message,) = mail.outbox
    assert message.to == ["member@example.com"]
    assert message.body.startswith(
        "The second factor of your account was reset. You sign in with your password alone.\n\n"
        "Account: member@example.com\n"
    )
    assert "\nBy: Olive Owner\n" in message.body
    assert give_password(Client(), member)["Location"] == "/"


def test_who_cannot_be_reset_here(owner, user, pro, other_user, case):
    colleague = UserFactory(pro=pro, is_staff=True, name="Staff")
    without = UserFactory(pro=pro, name="Without")
    for person in (colleague, other_user):
        give_app(person)
    owner.handler.enforce_csrf_checks = False
    for label, person in {"staff": colleague, "foreign": other_user, "oneself": user, "none": without}.items():
        with case(label):
            assert owner.post(f"{PATH}/{person.pk}/reset").status_code == 404
    assert CodeApp.objects.count() == 2
    assert Page(owner.get(PATH)).all(".rows form") == []


def test_both_ask_for_the_password(owner, member, pro):
    give_app(member)
    page = Page(owner.get(PATH))
    age(owner)
    for form in (page.form(".rows form"), page.form("form:has([name=is_required])")):
        assert Page(send(owner, PATH, form, fill(form, is_required="on"))).one("h1").text == TITLE
    pro.refresh_from_db()
    assert (pro.second_factor_required, CodeApp.objects.count()) == (False, 1)


def test_staff_reset_it_in_the_admin(user, staff):
    boss, client = UserFactory(pro=None, is_staff=True, is_superuser=True), Client()
    client.cookies["sessionid"] = new_session(boss)
    give_app(user)
    chosen = {"action": "reset_factor", "_selected_action": [user.pk, staff.pk]}
    answer = client.post(admin_page(User, "changelist"), chosen, follow=True)
    assert Page(answer).texts(".messagelist li") == ["1 second factor was reset."]
    assert User.objects.get(pk=user.pk).second_factor_at is None
    assert changes("second_factor_changed")[-1] == (boss.pk, str(user.pk), "reset")


def test_a_command_resets_it_for_whom_nobody_can_help(user, capsys):
    give_app(user)
    call_command("reset_second_factor", " Owner@Example.com")
    assert capsys.readouterr().out == (
        "owner@example.com signs in with the password alone, and can set up another second factor.\n"
    )
    assert changes("second_factor_changed")[-1] == (None, str(user.pk), "reset")
    for email, error in (
        ("owner@example.com", "owner@example.com has no second factor."),
        ("x@example.com", "Nobody signs in with x@example.com."),
    ):
        with pytest.raises(CommandError, match=re.escape(error)):
            call_command("reset_second_factor", email)
