"""Users and groups in the staff admin: who grants rights, and who changes which account."""

from html import unescape
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.core import mail
from django.urls import reverse

from config.accounts.models import User

from ..admin_site import page, staff_client
from ..factories import UserFactory
from ..pages import Page

NEW_USER = {
    "email": "New.Person@Example.com",
    "name": "New Person",
    "role": "owner",
    "language": "fr",
    "usable_password": "true",
    "password1": "a long enough secret",
    "password2": "a long enough secret",
}
NEW_PASSWORD = {"password1": "quite another secret", "password2": "quite another secret", "set-password": "1"}


def user_form(user: User, **changes: Any) -> dict[str, Any]:
    data = {"email": user.email, "name": user.name, "role": user.role, "language": user.language, "is_active": "on"}
    return data | ({"pro": user.pro_id} if user.pro_id else {}) | changes


def password_page(user: User) -> str:
    return reverse("admin:auth_user_password_change", args=[user.pk])


def test_staff_add_a_user_who_signs_in_by_email(staff_browser, pro):
    response = staff_browser.post(page(User, "add"), NEW_USER | {"pro": pro.pk})
    added = User.objects.get(email="new.person@example.com")
    assert response.headers["Location"] == page(added, "change")
    assert (added.name, added.pro, added.role, added.language) == ("New Person", pro, "owner", "fr")
    assert (added.is_staff, added.is_superuser) == (False, False)
    assert added.check_password("a long enough secret")


def test_the_add_form_has_no_username(staff_browser):
    form = Page(staff_browser.get(page(User, "add"))).form("#user_form")
    names = ["email", "name", "pro", "role", "language", "usable_password", "password1", "password2"]
    assert [name for name in form.fields if not name.startswith("_")] == names


def test_an_address_in_capitals_is_the_same_address(staff_browser, user):
    response = staff_browser.post(page(User, "add"), NEW_USER | {"email": "OWNER@example.com"})
    assert response.context["adminform"].form.errors == {"email": ["This address is already in use."]}


def test_a_superuser_grants_rights(staff_browser, user):
    group = Group.objects.create(name="Desk")
    response = staff_browser.post(page(user, "change"), user_form(user, is_staff="on", groups=[group.pk]))
    assert response["Location"] == page(User, "changelist")
    user.refresh_from_db()
    assert (user.is_staff, user.is_superuser, list(user.groups.all())) == (True, False, [group])


def test_a_password_that_staff_set_is_told_to_its_owner(user, work_tasks):
    for client in (staff_client(is_superuser=True), staff_client("all", pro=user.pro)):
        mail.outbox.clear()
        response = client.post(password_page(user), NEW_PASSWORD)
        assert response["Location"] == page(user, "change")
        user.refresh_from_db()
        assert user.check_password("quite another secret")
        work_tasks()
        (message,) = mail.outbox
        assert (message.to, message.subject) == ([user.email], "Your Vestibule password was changed")
        assert f"Staff have set a new password for your account {user.email}." in message.body


def test_an_address_that_staff_change_is_told_to_the_former_one(staff_browser, user, work_tasks):
    staff_browser.post(page(user, "change"), user_form(user, email="new@example.com", name="Olive"))
    work_tasks()
    (message,) = mail.outbox
    assert (message.to, message.subject) == (["owner@example.com"], "Your Vestibule address was changed")
    assert "You now sign in as new@example.com." in message.body
    staff_browser.post(page(user, "change"), user_form(user, email="new@example.com", name="Olive O."))
    work_tasks()
    assert len(mail.outbox) == 1


def test_staff_do_not_give_themselves_a_pro(pro):
    client = staff_client("view_user", "change_user")
    form = user_form(client.user, pro=pro.pk, userhub_id=7, name="New Name", is_active="on")
    assert client.post(page(client.user, "change"), form)["Location"] == page(User, "changelist")
    after = User.objects.get(pk=client.user.pk)
    assert (after.name, after.pro, after.userhub_id) == ("New Name", None, None)


def test_bound_staff_add_users_to_their_pro_alone(pro, other_pro):
    client = staff_client("all", pro=pro)
    response = client.post(page(User, "add"), NEW_USER | {"pro": other_pro.pk})
    assert list(response.context["adminform"].form.errors) == ["pro"]
    response = client.post(page(User, "add"), NEW_USER | {"pro": ""})
    assert response.context["adminform"].form.errors == {"pro": ["This field is required."]}
    client.post(page(User, "add"), NEW_USER | {"pro": pro.pk, "is_superuser": "on", "is_staff": "on"})
    added = User.objects.get(email="new.person@example.com")
    assert (added.pro, added.is_staff, added.is_superuser) == (pro, False, False)


def test_bound_staff_grant_no_rights(pro, other_pro):
    client, user = staff_client("all", pro=pro), UserFactory(pro=pro)
    group = Group.objects.create(name="Desk")
    rights = {
        "pro": other_pro.pk,
        "userhub_id": 7,
        "is_staff": "on",
        "is_superuser": "on",
        "groups": [group.pk],
        "user_permissions": [Permission.objects.first().pk],
        "name": "New Name",
    }
    for before in (user, client.user):
        permissions = before.user_permissions.count()
        response = client.post(page(before, "change"), user_form(before, **rights))
        assert response["Location"] == page(User, "changelist")
        after = User.objects.get(pk=before.pk)
        assert (after.name, after.pro, after.userhub_id) == ("New Name", pro, None)
        assert (after.is_staff, after.is_superuser) == (before.is_staff, False)
        assert (after.groups.count(), after.user_permissions.count()) == (0, permissions)


@pytest.mark.parametrize("rank", [{"is_superuser": True, "is_staff": True}, {"is_staff": True}])
def test_only_a_superuser_changes_the_account_of_other_staff(pro, rank):
    boss = UserFactory(pro=pro, **rank)
    before = User.objects.filter(pk=boss.pk).values().get()
    for client in (staff_client("all", pro=pro), staff_client("all")):
        for path in (page(boss, "change"), page(boss, "delete"), password_page(boss)):
            response = client.post(path, NEW_PASSWORD | {"post": "yes"})
            assert Page(response, 403).one("h1").text == "That is not open to you"
        client.post(page(User, "changelist"), {"action": "delete_selected", "_selected_action": boss.pk, "post": "yes"})
    assert User.objects.filter(pk=boss.pk).values().get() == before


def test_another_pros_user_gets_no_password(pro, other_user):
    client = staff_client("all", pro=pro)
    for response in (client.get(password_page(other_user)), client.post(password_page(other_user), NEW_PASSWORD)):
        assert Page(response, 404).one("h1").text == "There is nothing here"
    assert User.objects.get(pk=other_user.pk).password == other_user.password


def test_no_page_shows_the_hash_of_a_password(pro, user):
    boss = UserFactory(pro=pro, is_staff=True, is_superuser=True)
    for client in (staff_client("view_user"), staff_client("all"), staff_client(is_superuser=True)):
        for row in (user, boss, client.user):
            response = client.get(page(row, "change"))
            assert str(row) in Page(response).one("title").text
            assert row.password.rpartition("$")[2] not in unescape(response.content.decode())


def test_the_list_is_not_filtered_by_password(staff_browser, user):
    for query in ({"password__startswith": "md5"}, {"pro__tokens__hash__startswith": "a"}):
        response = staff_browser.get(page(User, "changelist"), query)
        assert Page(response, 400).one("h1").text == "That request could not be read"


def test_only_superusers_edit_groups(db):
    group = Group.objects.create(name="Desk")
    client = staff_client("all")
    assert "Desk" in Page(client.get(page(group, "change"))).text
    for path in (page(group, "change"), page(Group, "add")):
        assert Page(client.post(path, {"name": "Bosses"}), 403).one("h1").text == "That is not open to you"
    assert list(Group.objects.values_list("name", flat=True)) == ["Desk"]
    boss = staff_client(is_superuser=True)
    assert boss.post(page(group, "change"), {"name": "Bosses"})["Location"] == page(Group, "changelist")
    assert list(Group.objects.values_list("name", flat=True)) == ["Bosses"]
