"""A password that its user has not chosen ends after a week, unless they choose one of their own before."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.utils import timezone
from django.utils.formats import date_format

from config.accounts.models import User
from config.accounts.models.user import FIRST_PASSWORD_LASTS
from tests.factories import PASSWORD
from tests.pages import Page

pytestmark = pytest.mark.django_db
NEW = "another long password"
ENDED = "This first password has ended. Ask for a new one by e-mail."


def sign_in(client, user, password=PASSWORD):
    return client.post("/sign-in", {"username": user.email, "password": password})


def end_in(user, lasts):
    User.objects.filter(pk=user.pk).update(password_ends_at=timezone.now() + lasts)


def ends_in_a_week(user):
    user.refresh_from_db()
    return abs(user.password_ends_at - timezone.now() - FIRST_PASSWORD_LASTS) < timedelta(minutes=5)


def test_a_password_that_a_command_makes_up_ends(db, capsys):
    call_command("create_pro", "Durand", email="durand@example.com")
    user = User.objects.get()
    assert ends_in_a_week(user)
    assert "ends after a week" in capsys.readouterr().out
    call_command("create_pro", "Martin", email="martin@example.com", password="moules-frites")
    assert User.objects.get(email="martin@example.com").password_ends_at is None


def test_a_password_that_staff_set_ends(staff_browser, user, pro):
    new = {"password1": NEW, "password2": NEW}
    assert staff_browser.post(f"/admin/accounts/user/{user.pk}/password/", new).status_code == 302
    assert ends_in_a_week(user)
    fields = {"email": "new@example.com", "name": "New", "pro": pro.pk, "role": "member", "language": "en", **new}
    fields["usable_password"] = "true"
    assert staff_browser.post("/admin/accounts/user/add/", fields).status_code == 302
    assert ends_in_a_week(User.objects.get(email="new@example.com"))


def test_its_user_is_told_and_chooses_another(nobody, user):
    # A moment that is the next day where the user is.
    ends_at = (timezone.now() + timedelta(days=3)).replace(hour=23, minute=30)
    User.objects.filter(pk=user.pk).update(password_ends_at=ends_at)
    user.refresh_from_db()
    day = date_format(user.password_ends_at.astimezone(ZoneInfo(user.pro.time_zone)))
    assert sign_in(nobody, user).status_code == 302
    page = Page(nobody.get("/settings/password"))
    assert page.one(".message-warning").text == f"Choose a password of your own: this one ends on {day}."
    fields = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    assert nobody.post("/settings/password", fields).status_code == 302
    user.refresh_from_db()
    assert (user.password_ends_at, user.check_password(NEW)) == (None, True)


def test_one_that_has_ended_signs_nobody_in(nobody, user):
    end_in(user, timedelta(seconds=-1))
    response = sign_in(nobody, user)
    assert Page(response).one("form [role=alert]").text == ENDED
    assert nobody.get("/inbox").status_code == 302
    # Who does not know it learns nothing.
    assert ENDED not in sign_in(nobody, user, "a wrong password").text


def test_a_link_by_mail_replaces_it(nobody, user, work_tasks, mailoutbox):
    end_in(user, timedelta(seconds=-1))
    nobody.post("/password/reset", {"email": user.email})
    work_tasks()
    path = mailoutbox[0].body.partition("http://testserver")[2].split()[0]
    form = nobody.get(path, follow=True)
    nobody.post(form.request["PATH_INFO"], {"new_password1": NEW, "new_password2": NEW})
    assert sign_in(nobody, user, NEW)["Location"] == "/"
