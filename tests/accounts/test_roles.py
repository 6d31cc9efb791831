"""Owners and members: what a member is refused and not shown, and that an office keeps an owner."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import Resolver404, get_resolver, reverse

from config.accounts.models import ApiToken, User
from config.accounts.owners import NO_OWNER

from ..access.expectations import FOR_OWNERS
from ..access.matrix import addresses, sign_in
from ..factories import ContactFactory, ProFactory, UserFactory
from ..pages import Page

pytestmark = pytest.mark.django_db
MEMBER = User.Role.MEMBER


def _patterns(resolver, prefix):
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from _patterns(pattern, route)
        else:
            yield route, pattern.callback


def test_what_is_marked_is_what_is_stated():
    views = dict(_patterns(get_resolver(), ""))
    assert set(views) == set(addresses())
    assert {address for address, view in views.items() if getattr(view, "for_owners", False)} == FOR_OWNERS


def test_a_member_is_told_who_can(user, member, pro):
    UserFactory(pro=pro, name="Zoe Zephyr")
    UserFactory(pro=pro, name="Gone Owner", is_active=False)
    UserFactory(name="Owner Elsewhere")
    page = Page(sign_in(member).get("/settings/channels"), 403)
    assert page.one("h1").text == "Only an owner can open this"
    assert page.texts("main p") == [
        "You are a member of your office. Ask one of its owners:",
        "To the start page",
    ]
    assert page.texts("main li") == ["Olive Owner", "Zoe Zephyr"]


def test_a_member_of_an_office_behind_the_gate_learns_why(user, member, pro):
    pro.cni_required = True
    pro.save()
    client = sign_in(member)
    assert client.get("/inbox")["Location"] == "/settings/identity"
    page = Page(client.get("/settings/identity"), 403)
    assert page.texts("main p")[:2] == [
        "Your office stays closed until an owner has shown who it is.",
        "You are a member of your office. Ask its owner:",
    ]


def test_no_page_of_a_member_leads_to_what_is_closed(browser, user, member, pro):
    contact = ContactFactory(pro=pro, name="Jane", email="", phone="+33491555012")
    client = sign_in(member)
    paths = ["/settings/profile", "/inbox/all", "/contacts", f"/contacts/{contact.pk}", "/docs/api"]
    paths += [f"/contacts/{contact.pk}/privacy", "/contacts?view=archived", "/settings/sessions", "/settings/team"]
    shown = {path: _closed(client, path) for path in paths}
    assert shown == {path: [] for path in paths}
    assert {path for path in paths if _closed(browser, path)} >= {"/settings/profile", "/contacts", "/docs/api"}
    assert Page(client.get("/settings/profile")).texts(".settings-nav a") == [
        "Profile",
        "Notifications",
        "Signature",
        "Canned replies",
        "Password",
        "Second factor",
        "Devices",
        "Absence",
        "Working hours",
        "Team",
    ]


def _closed(client, path):
    """Links, forms and buttons of a page that lead to what the owners alone may open."""
    page = Page(client.get(path))
    targets = [element.get(name) for name in ("href", "action", "formaction") for element in page.all(f"[{name}]")]
    return [target for target in targets if _is_closed(target.partition("?")[0])]


def _is_closed(path):
    try:
        return getattr(get_resolver().resolve(path).func, "for_owners", False)
    except Resolver404:
        return False


def user_form(user, **changes):
    fields = {"email": user.email, "name": user.name, "pro": user.pro_id, "role": user.role, "language": user.language}
    fields |= {"is_active": "on" if user.is_active else "", "userhub_id": "", **changes}
    return {name: value for name, value in fields.items() if value != ""}


@pytest.mark.parametrize("changes", [{"role": "member"}, {"is_active": ""}, {"pro": "other"}])
def test_staff_cannot_take_the_last_owner_from_somebody(staff_browser, user, member, changes):
    if changes.get("pro"):
        changes = {"pro": ProFactory().pk}
    path = reverse("admin:accounts_user_change", args=[user.pk])
    page = Page(staff_browser.post(path, user_form(user, **changes)), 200)
    assert page.texts(".errorlist li") == [str(NO_OWNER)]
    user.refresh_from_db()
    assert (user.role, user.is_active, user.pro_id) == ("owner", True, member.pro_id)
    User.objects.filter(pk=member.pk).update(role="owner")
    assert staff_browser.post(path, user_form(user, **changes)).status_code == 302


def test_an_office_of_one_can_be_closed_and_not_opened_by_a_member(staff_browser, user, member):
    path = "admin:accounts_user_change"
    closing = staff_browser.post(reverse(path, args=[member.pk]), user_form(member, is_active=""))
    closed = staff_browser.post(reverse(path, args=[user.pk]), user_form(user, is_active=""))
    assert (closing.status_code, closed.status_code) == (302, 302)
    member.refresh_from_db()
    page = Page(staff_browser.post(reverse(path, args=[member.pk]), user_form(member, is_active="on")), 200)
    assert page.texts(".errorlist li") == [str(NO_OWNER)]


def test_staff_cannot_delete_the_last_owner(staff_browser, user, member):
    path = reverse("admin:accounts_user_delete", args=[user.pk])
    assert str(NO_OWNER) in Page(staff_browser.get(path)).one("#content").text
    assert str(NO_OWNER) in Page(staff_browser.post(path, {"post": "yes"})).one("#content").text
    chosen = {"action": "delete_selected", "_selected_action": [user.pk], "post": "yes"}
    staff_browser.post(reverse("admin:accounts_user_changelist"), chosen)
    assert User.objects.filter(pk=user.pk).exists()
    both = {**chosen, "_selected_action": [user.pk, member.pk]}
    staff_browser.post(reverse("admin:accounts_user_changelist"), both)
    assert not User.objects.filter(pk__in=[user.pk, member.pk]).exists()


def test_the_admin_shows_and_filters_the_role(staff_browser, user, member):
    page = Page(staff_browser.get(reverse("admin:accounts_user_changelist"), {"role__exact": "member"}))
    assert page.texts("#result_list .field-role") == ["Member"]


def test_who_becomes_a_member_leaves_no_token(staff_browser, user, pro):
    UserFactory(pro=pro, name="Zoe")
    token, _text = ApiToken.objects.issue(pro, "Portal", ["contacts:read"], by=user)
    path = reverse("admin:accounts_user_change", args=[user.pk])
    assert staff_browser.post(path, user_form(user, role="member")).status_code == 302
    token.refresh_from_db()
    assert token.revoked_at is not None


def test_a_member_neither_makes_nor_takes_a_token(user, member, pro):
    with pytest.raises(ValidationError, match="Tokens belong to owners"):
        ApiToken.objects.issue(pro, "Portal", ["contacts:read"], by=member)
    token, _text = ApiToken.objects.issue(pro, "Portal", ["contacts:read"], by=user)
    with pytest.raises(ValidationError, match="Tokens belong to owners"):
        token.hand_over(member, by=user)
    token.refresh_from_db()
    assert token.created_by == user
