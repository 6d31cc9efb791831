"""Invitations of addresses to an office: who sends them, to whom and how many, their mail, and the page of the team."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.utils import timezone

from config.accounts.inviting import (
    COLLEAGUE_ALREADY,
    HAS_ACCOUNT,
    INVITED_ALREADY,
    KEPT,
    OFFICE_CLOSED,
    invite,
    prune_invitations,
    send_again,
)
from config.accounts.limits import INVITATIONS_PER_ADDRESS, INVITATIONS_PER_PRO
from config.accounts.models import BouncedAddress, Invitation, Session, User
from config.accounts.models.invitation import LASTS
from config.accounts.owners import FOR_OWNERS
from config.audit.models import AuditEvent
from config.closing.closing import close_pro

from ..access.matrix import sign_in
from ..factories import ProFactory, UserFactory
from ..pages import Page
from .invitations import EMAIL, INVITE, JOIN, PASSWORD, TEAM, fields, link, rows
from .test_password_again import age

pytestmark = pytest.mark.django_db


def test_somebody_is_invited_takes_it_up_and_is_signed_in(browser, nobody, user, pro, work_tasks):
    form = Page(browser.get(TEAM)).form("form[aria-labelledby=invite-title]")
    assert (form.action, form.fields) == (INVITE, fields("", language="en"))
    assert browser.post(INVITE, fields(" Ines@Example.org ", language="nl"))["Location"] == TEAM
    assert Page(browser.get(TEAM)).texts(".message") == [f"An invitation is on its way to {EMAIL}."]
    assert rows() == [(EMAIL, "member", "nl", 1)]
    work_tasks()
    (message,) = mail.outbox
    assert message.to == [EMAIL]
    path = link(message)
    page = Page(nobody.get(path))
    assert (page.one("html")["lang"], page.form("main form").fields) == ("nl", dict.fromkeys(JOIN, ""))
    assert EMAIL in page.one("main").text and pro.name in page.one("h1").text
    response = nobody.post(path, JOIN)
    assert response["Location"] == "/"
    joined = User.objects.get(email=EMAIL)
    assert (joined.name, joined.pro, joined.role, joined.language) == ("Inès Moreau", pro, "member", "nl")
    assert joined.check_password(PASSWORD) and joined.password_ends_at is None
    assert (Session.objects.get(user=joined).session_key, rows()) == (nobody.cookies["sessionid"].value, [])
    assert nobody.get("/inbox").status_code == 200
    work_tasks()
    told = mail.outbox[-1]
    assert (told.to, told.subject) == ([user.email], "Inès Moreau has joined Agence du Port")
    assert f"Inès Moreau ({EMAIL}) took up your invitation and is a member of Agence du Port now." in told.body
    events = AuditEvent.objects.order_by("pk").values_list("kind", "by_user_id", "about_kind", "detail", "pro_id")
    assert list(events) == [
        ("invited", user.pk, "accounts.invitation", "member", pro.pk),
        ("joined", joined.pk, "accounts.user", "member", pro.pk),
        ("signed_in", joined.pk, "accounts.user", "", pro.pk),
    ]
    assert EMAIL not in str(list(AuditEvent.objects.values()))


def test_the_mail_says_who_invites_and_how_long_the_link_works(invitation, work_tasks):
    work_tasks()
    (message,) = mail.outbox
    assert message.subject == "Your invitation to Agence du Port"
    assert message.body.startswith("Olive Owner invites you to Agence du Port on Vestibule,")
    assert "It works once, for 7 days.\nIf you do not expect it, ignore this e-mail: nothing happens." in message.body
    assert message.extra_headers["Auto-Submitted"] == "auto-generated"


def _error(response, status=422):
    page = Page(response, status)
    return [field["id"] for field in page.all("[aria-invalid=true]")], page.texts(".errorlist li")


def test_addresses_that_have_an_account_get_a_clear_answer(browser, user, pro, invitation, staff):
    UserFactory(email="elsewhere@example.net", is_active=False)
    answers = {
        "OWNER@example.com": COLLEAGUE_ALREADY,
        "elsewhere@example.net": HAS_ACCOUNT,
        staff.email: HAS_ACCOUNT,
        EMAIL.upper(): INVITED_ALREADY,
        "nobody": "Enter a valid email address.",
        "": "This field is required.",
        f"{'a' * 64}@{'b.' * 100}com": "Ensure this value has at most 254 characters (it has 268).",
    }
    for email, text in answers.items():
        assert _error(browser.post(INVITE, fields(email))) == (["id_invite-email"], [str(text)]), email
    assert rows() == [(EMAIL, "member", "en", 1)]


@pytest.mark.parametrize("limit", [INVITATIONS_PER_PRO, INVITATIONS_PER_ADDRESS])
def test_invitations_are_limited_by_day(browser, work_tasks, monkeypatch, limit):
    monkeypatch.setattr(limit, "times", 2)
    statuses = [browser.post(INVITE, fields()).status_code]
    id = Invitation.objects.get().pk
    statuses += [browser.post(f"{INVITE}/{id}/again").status_code for _ in range(2)]
    refused = browser.post(INVITE, fields())
    assert (statuses, refused.status_code) == ([302, 302, 429], 429)
    assert 0 < int(refused["Retry-After"]) <= 86_400
    assert Page(refused, 429).texts(".errorlist li") == ["Too many invitations for one day. Please try again tomorrow."]
    work_tasks()
    assert len(mail.outbox) == 1


def test_the_password_is_asked_before_somebody_is_invited(browser):
    age(browser)
    assert Page(browser.post(INVITE, fields())).one("h1").text == "Your password, please"
    assert rows() == []


def test_who_is_no_owner_any_more_or_of_a_closed_office_invites_nobody(user, pro, other_user, staff, invitation):
    UserFactory(pro=pro)
    User.objects.filter(pk=user.pk).update(role="member")
    for somebody in (user, other_user):
        with pytest.raises(ValidationError, match=str(FOR_OWNERS)):
            invite(pro, "new@example.org", role="owner", language="en", by=somebody)
    with pytest.raises(ValidationError):
        send_again(invitation, by=user)
    close_pro(pro, by=staff)
    with pytest.raises(ValidationError, match=str(OFFICE_CLOSED)):
        invite(pro, "new@example.org", role="owner", language="en", by=staff)
    assert rows() == []
    new = invite(ProFactory(), "new@example.org", role="owner", language="en", by=staff)
    assert new.mails == 1


def test_old_invitations_are_deleted(invitation):
    Invitation.objects.update(mailed_at=timezone.now() - LASTS - KEPT + timedelta(minutes=1))
    prune_invitations()
    assert len(rows()) == 1
    Invitation.objects.update(mailed_at=timezone.now() - LASTS - KEPT)
    prune_invitations()
    assert rows() == []


def test_the_page_shows_who_is_there_and_who_is_invited(browser, user, pro, invitation):
    member = UserFactory(pro=pro, name="Mia Member", email="mia@example.com", role="member")
    UserFactory(pro=pro, name="Gone", email="gone@example.com", is_active=False)
    UserFactory(name="Elsewhere")
    old = Invitation.objects.create(pro=pro, email="old@example.org", role="owner", invited_by=user)
    Invitation.objects.filter(pk=old.pk).update(mailed_at=timezone.now() - timedelta(days=9))
    BouncedAddress.objects.note(pro, EMAIL, reason="gone", mail="account")
    page = Page(browser.get(TEAM)).without("time")
    assert page.texts("#people li") == [
        "Mia Member mia@example.com Never signed in · No second factor Change",
        "Olive Owner (you) Owner owner@example.com Last seen · No second factor Change",
    ]
    ends = timezone.localtime(invitation.ends_at).strftime("%-d %B, %H:%M")
    assert page.texts("#invitations li") == [
        f"{EMAIL} The mail came back Until {ends} · invited by Olive Owner Send again Withdraw",
        "old@example.org Owner The link has ended · invited by Olive Owner Send again Withdraw",
    ]
    assert page.texts("#former li") == ["Gone gone@example.com Invite again"]
    seen = Page(sign_in(member).get(TEAM))
    assert seen.texts("#people li") == [
        "Mia Member (you) mia@example.com",
        "Olive Owner Owner owner@example.com",
    ]
    assert not seen.has("#invitations") and not seen.has("#former") and not seen.has("main .settings-body form")


def test_the_number_of_queries_does_not_grow(browser, user, pro, django_assert_max_num_queries):
    for number in range(20):
        UserFactory(pro=pro, is_active=number % 2 == 0)
        Invitation.objects.create(pro=pro, email=f"new{number}@example.org", invited_by=user)
    with django_assert_max_num_queries(7):
        browser.get(TEAM)
