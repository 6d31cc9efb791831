"""An owner takes somebody out of the office, and changes roles: what ends at once, what goes to whom, what stays."""

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client

from config.accounts.inviting import invite, make_invitation_key
from config.accounts.leaving import NO_COLLEAGUE, NOT_ONESELF, STAFF_ACCOUNT, change_role, end_access, take_out
from config.accounts.models import ApiToken, Invitation, Session, User
from config.accounts.owners import NO_OWNER
from config.accounts.team_forms import LeaveForm, RoleForm
from config.audit.models import AuditEvent
from contacts.assigning.assignments import assign
from contacts.hours.own import keep_own_week
from contacts.models import Contact, ContactEvent, ContactNote, KeptView, OwnHours, WaitingItem

from ..access.matrix import sign_in
from ..admin_site import page as admin_page
from ..contacts.messaging import arrive, connect
from ..factories import PropertyFactory, UserFactory, make_token
from ..pages import Page
from .test_password_again import age

pytestmark = pytest.mark.django_db
TEAM = "/settings/team"
PASSWORD = "correct horse battery"
GONE = "You no longer belong to Agence du Port. What you had has gone to your colleagues."


@pytest.fixture
def ines(pro):
    return UserFactory(pro=pro, name="Inès Moreau", email="ines@example.com", role="owner")


@pytest.fixture
def held(pro, user, ines):
    """Somebody who waits and is assigned to Inès, and a property of which she is the agent."""
    contact = arrive(connect(pro, "whatsapp"), who="Ana").contact
    assign(contact, ines, by=user, expected=None)
    return contact, PropertyFactory(pro=pro, agent=ines)


def path(person, *more):
    return "/".join([TEAM, str(person.pk), *more])


def events(*kinds):
    rows = AuditEvent.objects.filter(kind__in=kinds).order_by("pk")
    return list(rows.values_list("kind", "by_user_id", "about_id", "detail", "pro_id"))


def assignee(contact):
    item = WaitingItem.objects.get(contact=contact).assigned_to
    assert Contact.objects.get(pk=contact.pk).assigned_to == item
    return item


def test_the_page_says_how_much_they_have(browser, pro, user, ines, held):
    make_token(pro, by=ines)
    page = Page(browser.get(path(ines, "take-out")))
    assert page.one("main h2").text == "Take Inès Moreau out of the office"
    assert page.texts("#held li") == [
        "1 person is assigned to them. 1 of them waits.",
        "They are the agent of 1 property.",
        "1 API token of theirs ends.",
    ]
    other = UserFactory(pro=pro, name="Karel", role="member")
    UserFactory(pro=pro, name="Gone", is_active=False)
    page = Page(browser.get(path(other, "take-out")))
    assert page.one("p#held").text == "Nobody is assigned to them."
    assert page.texts("[name=to] option") == ["Nobody: the office shares it out", "Inès Moreau", "Olive Owner"]


def test_everything_ends_at_once_and_goes_back_to_the_office(browser, nobody, pro, user, ines, held, work_tasks):
    contact, prop = held
    note = ContactNote.objects.add_note(contact, "Called her.", by=ines)
    secret, phone = make_token(pro, by=ines), sign_in(ines)
    assert phone.get("/inbox").status_code == 200
    assert browser.post(path(ines, "take-out"))["Location"] == TEAM
    text = "Inès Moreau is no longer in the office, and is signed out everywhere."
    page = Page(browser.get(TEAM))
    assert (page.texts(".message"), page.texts("#former strong")) == ([text], ["Inès Moreau"])
    # Sessions and tokens.
    assert not Session.objects.filter(user=ines).exists()
    assert phone.get("/inbox", headers={"HX-Request": "true"})["HX-Redirect"].startswith("/sign-in")
    # However often an open page of hers comes there.
    assert Page(phone.get("/inbox", follow=True)).texts(".message") == [GONE]
    assert Page(phone.get("/inbox", follow=True)).texts(".message") == [GONE]
    headers = {"Authorization": f"Bearer {secret}"}
    assert nobody.get("/pro/contact-requests", headers=headers).status_code == 401
    # What she had, and what she wrote.
    prop.refresh_from_db()
    assert (assignee(contact), prop.agent) == (None, None)
    changes = ContactEvent.objects.filter(contact=contact, kind="unassigned").values_list("user", "changes")
    assert list(changes) == [(user.pk, {"assigned_to": [[ines.pk, "Inès Moreau"], None]})]
    assert str(ContactNote.objects.get(pk=note.pk).author) == "Inès Moreau"
    assert events("taken_out", "session_ended", "token_revoked") == [
        ("session_ended", user.pk, str(ines.pk), "1", pro.pk),
        ("token_revoked", user.pk, str(ApiToken.objects.get().pk), "", pro.pk),
        ("taken_out", user.pk, str(ines.pk), "", pro.pk),
    ]
    work_tasks()
    message = mail.outbox[-1]
    assert (message.to, message.subject) == (["ines@example.com"], "You no longer belong to Agence du Port")
    assert message.body.startswith("Olive Owner took you out of Agence du Port on ")


def test_who_signs_in_there_is_not_told_any_more(browser, user, ines):
    phone = sign_in(ines)
    browser.post(path(ines, "take-out"))
    user.set_password(PASSWORD)
    user.save()
    assert Page(phone.get("/sign-in")).texts(".message") == [GONE]
    assert phone.post("/sign-in", {"username": user.email, "password": PASSWORD})["Location"] == "/"
    assert GONE not in phone.get("/inbox").content.decode()
    phone.post("/sign-out")
    assert Page(phone.get("/sign-in")).texts(".message") == []


def test_it_goes_to_a_colleague_instead(browser, pro, user, ines, held):
    contact, prop = held
    browser.post(path(ines, "take-out"), {"to": str(user.pk)})
    prop.refresh_from_db()
    assert (assignee(contact), prop.agent) == (user, user)
    (kind, changes) = ContactEvent.objects.filter(contact=contact).values_list("kind", "changes").order_by("pk").last()
    assert (kind, changes["assigned_to"]) == ("assigned", [[ines.pk, "Inès Moreau"], [user.pk, "Olive Owner"]])
    assert events("taken_out")[0][3] == "handed_over"


def test_views_that_somebody_shared_who_gets_another_office_stay_in_theirs(pro, user, ines):
    other = UserFactory(name="Other owner")
    shared = KeptView.objects.keep(pro, ines, "Tenants", "q=tenant", is_shared=True)
    User.objects.filter(pk=ines.pk).update(pro=other.pro)
    ines.refresh_from_db()
    end_access([ines])
    assert list(KeptView.objects.values_list("pk", "user", "pro")) == [(shared.pk, user.pk, pro.pk)]


def test_views_that_they_share_are_an_owners(pro, user, ines):
    shared = KeptView.objects.keep(pro, ines, "Tenants", "q=tenant")
    KeptView.objects.filter(pk=shared.pk).update(is_shared=True)
    own = KeptView.objects.keep(pro, ines, "Mine", "q=mine")
    take_out(ines, by=user)
    assert dict(KeptView.objects.values_list("pk", "user")) == {shared.pk: user.pk, own.pk: ines.pk}


def test_hours_of_their_own_are_forgotten(pro, user, ines):
    for person in (user, ines):
        keep_own_week(person, [[[540, 720]], *[[]] * 6], by=user)
    take_out(ines, by=user)
    assert list(OwnHours.objects.values_list("user", flat=True)) == [user.pk]


def test_absences_and_invitations_end_with_it(user, pro, ines):
    other = UserFactory(pro=pro, stand_in=ines)
    key = make_invitation_key(invite(pro, "friend@example.org", role="owner", language="en", by=ines))
    take_out(ines, by=user)
    other.refresh_from_db()
    assert other.stand_in is None
    assert Page(Client().get(f"/invitation/{key}"), 404) and not Invitation.objects.exists()


def test_nobody_of_another_office_is_taken_out_or_gets_anything(browser, pro, user, other_user, ines):
    for address in (path(other_user), path(other_user, "take-out")):
        for method in (browser.get, browser.post):
            assert method(address).status_code == 404
    closed = UserFactory(pro=pro, is_active=False)
    assert browser.get(path(closed)).status_code == 404
    for wrong in (other_user.pk, ines.pk, closed.pk, "x", "\0"):
        page = Page(browser.post(path(ines, "take-out"), {"to": wrong}), 422)
        assert [field["id"] for field in page.all("[aria-invalid=true]")] == ["id_to"]
    for wrong in (other_user, ines, closed):
        with pytest.raises(ValidationError, match=str(NO_COLLEAGUE)):
            take_out(ines, by=user, to=wrong)
    ines.refresh_from_db()
    other_user.refresh_from_db()
    assert ines.is_active and other_user.is_active and events("taken_out") == []


def test_neither_oneself_nor_staff_nor_the_last_owner(browser, pro, user, staff):
    page = Page(browser.post(path(user, "take-out")), 422)
    assert page.texts(".message-error li") == [str(NOT_ONESELF)]
    assert not Page(browser.get(path(user))).has("#leave-title")
    boss = UserFactory(pro=pro, is_staff=True, role="owner")
    for sent in (path(boss, "take-out"), {}), (path(boss), {"set_role": "1", "role": "member"}):
        assert str(STAFF_ACCOUNT) in Page(browser.post(*sent), 422).texts(".errorlist li")
    User.objects.filter(pk=boss.pk).update(role="member")
    page = Page(browser.post(path(user), {"set_role": "1", "role": "member"}), 422)
    assert page.texts(".errorlist li") == [str(NO_OWNER)]
    user.refresh_from_db()
    assert (user.is_active, user.role) == (True, "owner")


def test_the_password_is_asked_before_both(browser, ines):
    age(browser)
    for address, sent in ((path(ines), {"set_role": "1", "role": "member"}), (path(ines, "take-out"), {})):
        assert Page(browser.post(address, sent)).one("h1").text == "Your password, please"
    ines.refresh_from_db()
    assert (ines.is_active, ines.role) == (True, "owner")


def test_a_role_changes_and_the_tokens_and_invitations_of_a_member_end(browser, pro, user, ines):
    make_token(pro, by=ines)
    invite(pro, "friend@example.org", role="owner", language="en", by=ines)
    form = Page(browser.get(path(ines))).form("form[aria-labelledby=role-title]")
    assert form.fields == {"role": "owner"}
    assert browser.post(path(ines), {"set_role": "1", "role": "owner"})["Location"] == TEAM
    assert events("role_changed") == []
    assert browser.post(path(ines), {"set_role": "1", "role": "member"})["Location"] == TEAM
    ines.refresh_from_db()
    assert (ines.role, ApiToken.objects.get().is_usable, Invitation.objects.exists()) == ("member", False, False)
    assert events("role_changed") == [("role_changed", user.pk, str(ines.pk), "member", pro.pk)]
    assert sign_in(ines).get("/settings/tokens").status_code == 403
    assert Page(browser.post(path(ines), {"set_role": "1", "role": "king"}), 422).has("#id_role[aria-invalid=true]")


def test_staff_do_both_in_the_admin_by_the_same_verbs(staff_browser, staff, pro, user, ines, held):
    form = {"email": ines.email, "name": ines.name, "pro": pro.pk, "language": "en"}
    staff_browser.post(admin_page(ines, "change"), {**form, "role": "member", "is_active": "on"})
    staff_browser.post(admin_page(ines, "change"), {**form, "role": "member"})
    ines.refresh_from_db()
    assert (ines.role, ines.is_active, assignee(held[0])) == ("member", False, None)
    assert events("role_changed", "taken_out") == [
        ("role_changed", staff.pk, str(ines.pk), "member", pro.pk),
        ("taken_out", staff.pk, str(ines.pk), "", pro.pk),
    ]


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_take_each_other_out(at_once):
    for _ in range(5):
        one = UserFactory()
        two = UserFactory(pro=one.pro)

        def act(number, pair=(one, two)):
            try:
                take_out(pair[number], by=pair[1 - number])
            except ValidationError:
                return False
            return True

        assert sorted(at_once(2, act)) == [False, True]
        assert User.objects.filter(pro=one.pro, is_active=True, role="owner").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_make_each_other_members(at_once):
    one = UserFactory()
    two = UserFactory(pro=one.pro)

    def act(number):
        try:
            change_role((one, two)[number], "member", by=(two, one)[number])
        except ValidationError:
            return False
        return True

    assert sorted(at_once(2, act)) == [False, True]


@pytest.mark.parametrize("end", [take_out, lambda person, by: change_role(person, "member", by=by)])
def test_somebody_whom_staff_have_moved_meanwhile_is_nobody_of_this_office(user, other_user, ines, end):
    User.objects.filter(pk=ines.pk).update(pro=other_user.pro)
    with pytest.raises(User.DoesNotExist):
        end(ines, by=user)
    assert User.objects.values_list("pro", "role", "is_active").get(pk=ines.pk) == (other_user.pro_id, "owner", True)
    assert (events("taken_out", "role_changed"), mail.outbox) == ([], [])


@pytest.mark.parametrize(
    ("form", "more", "fields"),
    [(LeaveForm, ["take-out"], {"to": ""}), (RoleForm, [], {"set_role": "1", "role": "member"})],
)
def test_the_page_of_somebody_who_is_moved_while_it_is_sent_is_404(
    browser, other_user, ines, monkeypatch, form, more, fields
):
    is_valid = form.is_valid

    def move_and_check(self):
        User.objects.filter(pk=ines.pk).update(pro=other_user.pro)
        return is_valid(self)

    monkeypatch.setattr(form, "is_valid", move_and_check)
    assert browser.post(path(ines, *more), fields).status_code == 404
    assert User.objects.values_list("pro", "role", "is_active").get(pk=ines.pk) == (other_user.pro_id, "owner", True)
