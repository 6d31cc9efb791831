"""Joining by the link of an invitation: when it works and ends, what it asks, and who comes back."""

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from config.accounts.inviting import InvitationError, invite, make_invitation_key, take_up
from config.accounts.models import Invitation, Session, User
from config.accounts.models.invitation import LASTS
from config.audit.models import AuditEvent
from config.closing.closing import close_pro
from config.web.logs import mask

from ..access.matrix import sign_in
from ..factories import UserFactory
from ..pages import Page
from .invitations import EMAIL, INVITE, JOIN, PASSWORD, TEAM, fields, link, rows

pytestmark = pytest.mark.django_db
ENDED = "This link is no longer valid"


def heading(client, path, status=404):
    return Page(client.get(path), status).one("h1").text


def test_a_link_works_once(nobody, mailed_link):
    nobody.post(mailed_link, JOIN)
    assert heading(Client(), mailed_link) == ENDED
    assert Page(Client().post(mailed_link, {**JOIN, "name": "Again"}), 404).one("h1").text == ENDED
    assert list(User.objects.filter(email=EMAIL).values_list("name")) == [("Inès Moreau",)]


def _withdraw(browser, invitation):
    assert browser.post(f"{INVITE}/{invitation.pk}/withdraw")["Location"] == TEAM
    assert Page(browser.get(TEAM)).texts(".message") == [f"The invitation of {EMAIL} is withdrawn."]


def _send_again(browser, invitation):
    assert browser.post(f"{INVITE}/{invitation.pk}/again")["Location"] == TEAM
    text = f"A new link is on its way to {EMAIL}. The former one has ended."
    assert Page(browser.get(TEAM)).texts(".message") == [text]


def _close(browser, invitation):
    close_pro(invitation.pro, by=invitation.invited_by)


def _wait(browser, invitation):
    Invitation.objects.update(mailed_at=timezone.now() - LASTS)


def _take_address(browser, invitation):
    UserFactory(email=EMAIL)


@pytest.mark.parametrize("end", [_withdraw, _send_again, _close, _wait, _take_address])
def test_a_link_ends(browser, nobody, invitation, mailed_link, end):
    assert heading(nobody, mailed_link, 200) == "Join Agence du Port"
    end(browser, invitation)
    assert heading(nobody, mailed_link) == ENDED
    assert Page(nobody.post(mailed_link, JOIN), 404).one("h1").text == ENDED
    assert not User.objects.filter(email=EMAIL, pro=invitation.pro).exists()


def test_the_link_of_the_next_mail_works_and_a_former_one_is_not_even_sent(browser, nobody, invitation, work_tasks):
    browser.post(f"{INVITE}/{invitation.pk}/again")
    work_tasks()
    (message,) = mail.outbox
    assert (heading(nobody, link(message), 200), rows()) == ("Join Agence du Port", [(EMAIL, "member", "en", 2)])
    assert list(AuditEvent.objects.values_list("kind", "detail").order_by("pk"))[-1] == ("invited", "again")


def test_nothing_is_sent_of_a_withdrawn_invitation(browser, invitation, work_tasks):
    _withdraw(browser, invitation)
    work_tasks()
    assert mail.outbox == []


@pytest.mark.parametrize("key", ["x", "%00", "a:b:c", "é", "." * 3000])
def test_a_made_up_link_is_refused(nobody, key):
    assert heading(nobody, f"/invitation/{key}") == ENDED


def test_a_link_outlives_a_change_of_the_key(nobody, mailed_link, settings):
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another" * 10, [settings.SECRET_KEY]
    assert heading(nobody, mailed_link, 200) == "Join Agence du Port"


def test_no_link_is_logged(mailed_link):
    assert mask(f"GET {mailed_link} 200") == "GET /invitation/… 200"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"name": " "}, "This field is required."),
        ({"name": "a\0"}, "Null characters are not allowed."),
        ({"name": "a" * 201}, "Ensure this value has at most 200 characters (it has 201)."),
        ({"new_password2": "another"}, "The two password fields didn’t match."),
        (dict.fromkeys(["new_password1", "new_password2"], "motdepasse1"), "This password is a common word"),
        (dict.fromkeys(["new_password1", "new_password2"], "ines@example.org"), "too similar to the e-mail"),
        (dict.fromkeys(["new_password1", "new_password2"], "moreau!!2026"), "a name that others know"),
        (dict.fromkeys(["new_password1", "new_password2"], "agenceduport12"), "a name that others know"),
    ],
)
def test_the_rules_of_passwords_hold(nobody, mailed_link, changes, error):
    page = Page(nobody.post(mailed_link, {**JOIN, **changes}), 422)
    assert any(error in text for text in page.texts(".errorlist li")), page.texts(".errorlist li")
    assert not User.objects.filter(email=EMAIL).exists() and rows() == [(EMAIL, "member", "en", 1)]


def test_whoever_is_signed_in_is_told_and_signed_out(browser, user, mailed_link):
    former = browser.cookies["sessionid"].value
    text = "You are signed in as owner@example.com. Joining signs you out there."
    assert Page(browser.get(mailed_link)).texts(".message") == [text]
    browser.post(mailed_link, JOIN)
    assert not Session.objects.filter(session_key=former).exists()
    assert Session.objects.get(session_key=browser.cookies["sessionid"].value).user.email == EMAIL


def test_an_office_that_requires_a_second_factor_has_it_set_up_first(nobody, pro, mailed_link):
    pro.second_factor_required = True
    pro.save()
    assert nobody.post(mailed_link, JOIN)["Location"] == "/settings/second-factor"
    assert nobody.get("/inbox")["Location"] == "/settings/second-factor"


def test_somebody_who_was_taken_out_comes_back_as_themselves(browser, nobody, pro, work_tasks):
    former = UserFactory(pro=pro, email=EMAIL, name="Inès", is_active=False, role="owner")
    session = sign_in(former)
    browser.post(INVITE, fields(role="member", language="fr"))
    work_tasks()
    assert nobody.post(link(mail.outbox[0]), JOIN)["Location"] == "/"
    former.refresh_from_db()
    assert (former.name, former.role, former.language, former.is_active) == ("Inès Moreau", "member", "fr", True)
    # By the new password alone.
    assert session.get("/inbox")["Location"] == "/sign-in?next=/inbox"


def test_somebody_who_is_back_shows_their_second_factor(nobody, pro, user):
    now = timezone.now()
    UserFactory(pro=pro, email=EMAIL, is_active=False, second_factor_at=now)
    key = make_invitation_key(invite(pro, EMAIL, role="member", language="en", by=user))
    assert nobody.post(f"/invitation/{key}", JOIN)["Location"] == "/sign-in/second"
    assert nobody.get("/inbox")["Location"] == "/sign-in?next=/inbox"


def test_two_offices_invite_one_person_who_joins_the_first(nobody, user, other_user, pro):
    keys = [
        make_invitation_key(invite(each.pro, EMAIL, role="member", language="en", by=each))
        for each in (user, other_user)
    ]
    take_up(keys[1], name="Inès", password=PASSWORD)
    with pytest.raises(InvitationError):
        take_up(keys[0], name="Inès", password=PASSWORD)
    assert User.objects.get(email=EMAIL).pro == other_user.pro
