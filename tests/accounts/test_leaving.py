"""Somebody leaves: their tokens and sessions end; a token that is still needed is handed over first."""

import pytest
from django.contrib.admin.models import LogEntry
from django.core import mail
from django.core.exceptions import ValidationError

from config.accounts.models import SCOPES, ApiToken, Session, User
from tests.accounts.test_password_again import answer
from tests.admin_site import page, shown, staff_client
from tests.conftest import new_session
from tests.factories import UserFactory, make_token
from tests.pages import Page

from .ended_session import strict_client
from .test_profile_page import business_form

pytestmark = pytest.mark.django_db
LIST = "/pro/contact-requests"


@pytest.fixture
def leaver(pro):
    return UserFactory(pro=pro, email="lea@example.com", name="Lea Leaver")


def user_form(user, **changes):
    fields = {"email": user.email, "name": user.name, "pro": user.pro_id, "role": user.role, "language": "en"}
    fields["is_active"] = "on"
    return {name: value for name, value in (fields | changes).items() if value is not None}


def status(client, secret):
    return client.get(LIST, headers={"Authorization": f"Bearer {secret}"}).status_code


@pytest.mark.parametrize("way", ["closed", "another pro", "no pro", "deleted", "chosen and deleted"])
def test_tokens_and_sessions_end_with_the_account(staff_browser, nobody, leaver, user, other_pro, way):
    own, colleagues = make_token(leaver.pro, by=leaver), make_token(leaver.pro, by=user)
    of_the_office = make_token(leaver.pro)
    new_session(leaver)
    form = {
        "closed": user_form(leaver, is_active=None),
        "another pro": user_form(leaver, pro=other_pro.pk),
        "no pro": user_form(leaver, pro=""),
    }
    if way in form:
        response = staff_browser.post(page(leaver, "change"), form[way], follow=True)
        assert "1 API token has ended with it." in shown(response)
    elif way == "deleted":
        staff_browser.post(page(leaver, "delete"), {"post": "yes"})
    else:
        action = {"action": "delete_selected", "_selected_action": [leaver.pk], "post": "yes"}
        staff_browser.post(page(User, "changelist"), action)
    assert [status(nobody, secret) for secret in (own, colleagues, of_the_office)] == [401, 200, 200]
    assert not Session.objects.filter(user=leaver.pk).exists()


def test_another_change_ends_nothing(staff_browser, nobody, leaver):
    secret = make_token(leaver.pro, by=leaver)
    new_session(leaver)
    staff_browser.post(page(leaver, "change"), user_form(leaver, name="Lea L."))
    assert (status(nobody, secret), Session.objects.filter(user=leaver).count()) == (200, 1)


def test_the_question_before_a_deletion_ends_nothing(staff_browser, nobody, leaver):
    secret, key = make_token(leaver.pro, by=leaver), new_session(leaver)
    question = staff_browser.get(page(leaver, "delete"))
    assert key not in question.content.decode()
    assert (status(nobody, secret), Session.objects.filter(user=leaver).count()) == (200, 1)


def test_a_closed_account_makes_no_token(leaver):
    User.objects.filter(pk=leaver.pk).update(is_active=False)
    with pytest.raises(ValidationError, match="This account is closed"):
        ApiToken.objects.issue(leaver.pro, "Late", SCOPES, by=leaver)
    assert not ApiToken.objects.exists()


def test_a_colleague_takes_a_token_over(browser, staff_browser, nobody, user, leaver):
    secret = make_token(leaver.pro, by=leaver)
    row = Page(browser.get("/settings/tokens")).one("li.token")
    assert "Made by Lea Leaver; it ends with that account." in row.text
    response = browser.post(row.form("form[action$=take-over]").action, follow=True)
    assert Page(response).texts("#messages p") == ["The token “Test” is yours now."]
    assert not Page(response).one("li.token").has("form[action$=take-over]")
    staff_browser.post(page(leaver, "change"), user_form(leaver, is_active=None))
    assert (status(nobody, secret), ApiToken.objects.get().created_by) == (200, user)


def test_nobody_takes_another_pros_or_an_ended_token(other_browser, browser, leaver):
    make_token(leaver.pro, by=leaver)
    token = ApiToken.objects.get()
    for client in (other_browser, browser):
        path = f"/settings/tokens/{token.pk}/take-over"
        if client is browser:
            token.revoke()
        assert Page(client.post(path), 404).one("h1").text == "There is nothing here"
        assert ApiToken.objects.get().created_by == leaver


def test_staff_hand_a_token_over(staff_browser, pro, user, leaver, other_user):
    make_token(pro, by=leaver)
    token = ApiToken.objects.get()
    closed = UserFactory(pro=pro, is_active=False)
    options = Page(staff_browser.get(page(token, "change"))).one("[name=owner]").all("option[value]:not([value=''])")
    assert [option.text for option in options] == ["Lea Leaver", "Olive Owner"]
    for wrong in (other_user.pk, closed.pk, "x", ""):
        response = staff_browser.post(page(token, "change"), {"owner": wrong})
        assert list(response.context["adminform"].form.errors) == ["owner"]
    assert staff_browser.post(page(token, "change"), {"owner": user.pk})["Location"] == page(ApiToken, "changelist")
    assert ApiToken.objects.get().created_by == user
    assert LogEntry.objects.get().get_change_message() == "Changed belongs to."


def test_a_token_is_handed_to_nobody_of_another_pro(pro, user, other_user):
    make_token(pro, by=user)
    with pytest.raises(ValidationError, match="Choose somebody of the same business"):
        ApiToken.objects.get().hand_over(other_user)
    # Nor to somebody who leaves at that moment.
    User.objects.filter(pk=user.pk).update(pro=other_user.pro)
    with pytest.raises(ValidationError):
        ApiToken.objects.get().hand_over(user)


def test_staff_sign_somebody_out_everywhere(staff_browser, leaver, user):
    for somebody in (leaver, leaver, user):
        new_session(somebody)
    data = {"action": "sign_out", "_selected_action": [leaver.pk]}
    assert shown(staff_browser.post(page(User, "changelist"), data, follow=True)) == ["2 sessions have ended."]
    assert list(Session.objects.filter(user__in=[leaver, user]).values_list("user", flat=True)) == [user.pk]


def test_staff_do_not_sign_other_staff_out(pro, leaver):
    boss = UserFactory(pro=pro, is_staff=True, is_superuser=True)
    new_session(boss)
    client = staff_client("all")
    client.post(page(User, "changelist"), {"action": "sign_out", "_selected_action": [boss.pk]})
    assert Session.objects.filter(user=boss).count() == 1


@pytest.mark.parametrize("path", ["token", "user", "pro", "delete", "action", "password"])
def test_staff_are_asked_for_their_password_too(staff, leaver, path):
    client = strict_client(staff)
    Session.objects.filter(user=staff).delete()
    client = strict_client(staff)
    from_page = {
        "token": (page(ApiToken, "add"), {"pro": leaver.pro_id, "name": "Web", "scopes": "contacts:read"}),
        "user": (page(leaver, "change"), user_form(leaver, name="Changed")),
        "pro": (page(leaver.pro, "change"), {"name": "Changed"}),
        "delete": (page(leaver, "delete"), {"post": "yes"}),
        "action": (page(User, "changelist"), {"action": "sign_out", "_selected_action": str(leaver.pk)}),
        "password": (f"/admin/accounts/user/{leaver.pk}/password/", {}),
    }
    address, fields = from_page[path]
    token = Page(client.get(page(leaver, "change"))).one("#user_form [name=csrfmiddlewaretoken]").value
    session = Session.objects.get(user=staff)
    store = type(session).get_session_store_class()(session.session_key)
    store["proven_at"] = 0
    store.save()
    before = list(User.objects.order_by("pk").values()), ApiToken.objects.count()
    if path == "password":
        question = Page(client.get(address))
    else:
        question = Page(
            client.post(address, {**fields, "csrfmiddlewaretoken": token}, headers={"Origin": "http://testserver"})
        )
    assert question.one("h1").text == "Your password, please"
    assert (list(User.objects.order_by("pk").values()), ApiToken.objects.count()) == before
    response = answer(client, question, path=address)
    assert response.status_code in (200, 302)
    if path == "user":
        assert User.objects.get(pk=leaver.pk).name == "Changed"
    if path == "token":
        assert ApiToken.objects.get().name == "Web"
    if path == "password":
        assert Page(client.get(address)).one("[name=password1]")


def notice():
    (message,) = mail.outbox
    return message.to, message.subject, message.body


def test_the_former_address_of_a_business_is_told(browser, staff_browser, pro, work_tasks):
    pro.language, pro.time_zone = "en", "Europe/Paris"
    pro.save()
    browser.post("/settings/office", business_form(email="new@example.com", language="en"))
    work_tasks()
    to, subject, body = notice()
    assert (to, subject) == (["port@example.com"], "The address of Agence was changed")
    assert "Notifications for Agence no longer come here: they now go to new@example.com." in body
    assert "It was changed by Olive Owner on " in body
    mail.outbox.clear()
    browser.post("/settings/office", business_form(email="new@example.com", language="en", name="Du Port"))
    work_tasks()
    assert mail.outbox == []


def test_staff_change_it_by_the_same_verb(staff_browser, staff, pro, work_tasks):
    fields = {name: getattr(pro, name) for name in ("name", "phone", "country", "language", "time_zone", "plan")}
    staff_browser.post(page(pro, "change"), {**fields, "email": "new@example.com"})
    work_tasks()
    assert notice()[0] == ["port@example.com"] and f"It was changed by {staff} on " in notice()[2]


def test_a_new_address_of_the_business_takes_the_password(user, pro):
    client = strict_client(user)
    session = Session.objects.get(user=user)
    store = type(session).get_session_store_class()(session.session_key)
    store["proven_at"] = 0
    store.save()
    form = Page(client.get("/settings/office")).form("form[aria-labelledby=business-title]")
    tokens = {"csrfmiddlewaretoken": form.one("[name=csrfmiddlewaretoken]").value}
    same = business_form(email=pro.email, name="Du Sud")
    headers = {"Origin": "http://testserver"}
    assert client.post("/settings/office", {**same, **tokens}, headers=headers)["Location"] == "/settings/office"
    moved = business_form(email="new@example.com", name="Du Nord")
    question = Page(client.post("/settings/office", {**moved, **tokens}, headers=headers))
    pro.refresh_from_db()
    assert (question.one("h1").text, pro.name, pro.email) == ("Your password, please", "Du Sud", "port@example.com")
    assert answer(client, question, path="/settings/office")["Location"] == "/settings/office"
    pro.refresh_from_db()
    assert (pro.name, pro.email) == ("Du Nord", "new@example.com")
