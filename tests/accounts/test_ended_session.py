"""A session that ends in the middle of a form: what was typed is shown after signing in, and sent by a click."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from config.accounts.models import User
from config.web import typed as typed_forms
from contacts.models import ChannelConnection, ContactNote
from tests.factories import PASSWORD, ContactFactory, InquiryFactory, UserFactory
from tests.pages import Page

from .ended_session import OURS, end_sessions, fill, send, shown, sign_in, strict_client
from .kinds_of_forms import WORDS, make_kinds

pytestmark = pytest.mark.django_db
KEPT = "You have been signed out. What you typed is kept: after signing in you can send it."


@pytest.fixture
def client(user):
    return strict_client(user)


@pytest.fixture
def path(pro):
    return f"/contacts/{ContactFactory(pro=pro, name='Jane').pk}"


@pytest.fixture
def note(client, path):
    """A new note, typed on the page of a contact; the session ends before it is sent."""
    form = Page(client.get(path)).form("#note-form")
    end_sessions()
    return form, fill(form, body=WORDS)


def send_note(client, path, note, **headers):
    return send(client, path, *note, **headers)


def test_nothing_typed_is_lost_in_any_kind_of_form(case, user, pro):
    for label, kind in make_kinds(user, pro).items():
        with case(label):
            client, before = strict_client(user), kind.read()
            form = Page(client.get(kind.path)).form(kind.selector)
            end_sessions()
            page = Page(send(client, kind.path, form, fill(form, **kind.typed)))
            assert page.texts(".message") == [KEPT]
            resend = Page(sign_in(client, page, user))
            missing = {" ".join(value.split()) for value in kind.typed.values()} - {*shown(resend)}
            assert (missing - {"1", "on"}, kind.read()) == (set(), before)
            again = resend.form("main form")
            response = send(client, "/sign-in", again, fill(again))
            assert response.status_code in (200, 302), response.content.decode()
            assert kind.read() != before


def test_the_words_are_sent_as_they_were_typed_and_once(client, path, note, user):
    resend = Page(sign_in(client, Page(send_note(client, path, note)), user))
    assert (resend.one("h1").text, resend.texts(".typed dt")) == ("Please send that again", ["Note"])
    assert shown(resend) == ["First <b>line</b> second & “last”"]
    assert resend.one("main a.button")["href"] == path
    assert not ContactNote.objects.exists()
    again = resend.form("main form")
    for _ in range(2):
        assert send(client, "/sign-in", again, fill(again))["Location"] == f"{path}#composer"
    assert ContactNote.objects.get().body == WORDS


def test_a_wrong_password_keeps_it(client, path, note, user):
    page = Page(send_note(client, path, note))
    form = page.form('form[action="/sign-in"]')
    page = Page(send(client, "/sign-in", form, fill(form, username=user.email, password="wrong")))
    assert page.texts(".message")[0] == KEPT
    assert shown(Page(sign_in(client, page, user))) == ["First <b>line</b> second & “last”"]


@pytest.mark.parametrize("is_colleague", [True, False])
def test_somebody_else_sees_nothing_of_it(client, path, note, user, other_user, is_colleague):
    page = Page(send_note(client, path, note))
    assert "First" not in page.one("main").text
    reader = UserFactory(pro=user.pro) if is_colleague else other_user
    response = sign_in(client, page, reader)
    assert (response.status_code, response["Location"], response.content) == (302, "/", b"")
    page = Page(client.get("/settings/profile"))
    assert page.texts("#messages p") == ["What somebody else had typed on this device was not sent."]
    assert not ContactNote.objects.exists()


def test_the_sign_in_page_carries_no_password_token_or_secret(client, user):
    page_path = "/settings/channels/whatsapp"
    form = Page(client.get(page_path)).form("form.card")
    end_sessions()
    typed = {"address": "12345", "token": "EAAG-token", "secret": "app-secret"}
    resend = Page(sign_in(client, Page(send(client, page_path, form, fill(form, **typed))), user))
    assert shown(resend) == ["12345"]
    assert resend.texts("main .message") == ["Passwords and tokens are not kept. Type them again."]
    assert "EAAG" not in resend.html and "app-secret" not in resend.html
    again = resend.form("main form")
    page = Page(send(client, "/sign-in", again, fill(again)), status=422)
    assert page.one("[name=address]").value == "12345"
    assert not ChannelConnection.objects.exists()


def test_a_file_cannot_be_carried_and_that_is_said(client, user, pro):
    page_path = f"/inquiries/{InquiryFactory(pro=pro).pk}"
    form = Page(client.get(page_path)).form(f'form[action="{page_path}/attachments"]')
    end_sessions()
    file = SimpleUploadedFile("plan <1>.pdf", b"%PDF-1.4")
    resend = Page(sign_in(client, Page(send(client, page_path, form, fill(form, file=file))), user))
    assert resend.texts("main .message") == ["Files cannot be kept. Choose them again: plan <1>.pdf"]
    assert resend.one("main form button").text == "Send it without the files"


def test_a_mere_button_leads_back_to_the_page(client, path, user):
    form = Page(client.get(path)).form(f'form[action="{path}/archive"]')
    end_sessions()
    response = send(client, path, form, fill(form))
    assert (response.status_code, response["Location"]) == (302, f"/sign-in?next={path}")


def test_what_is_too_much_to_be_carried_is_said_to_stand_on_the_page(client, path, note, user):
    form, fields = note
    response = send(client, path, form, fields | {"body": "x" * (typed_forms.MAX_KEPT + 1)})
    page = Page(response, 413)
    assert page.texts(".message") == [
        "You have been signed out, and what you typed is too long to be carried along. Go back with your browser: it "
        "stands there still. Sign in in another tab, then send it."
    ]
    # The page that stands still has the token of the former session: the form is not lost to it either.
    assert sign_in(client, page, user).status_code == 302
    again = Page(send(client, path, form, fields | {"body": "x" * (typed_forms.MAX_KEPT + 1)}), 403)
    assert again.texts("main p")[0].startswith("You had been signed out, so it was not sent, and it is too long")
    assert (again.has("main form"), again.one("main a.button")["href"]) == (False, path)
    assert not ContactNote.objects.exists()


def test_a_large_form_is_carried(client, path, note, user):
    form, fields = note
    page = Page(send(client, path, form, fields | {"body": "é" * 400_000}))
    assert shown(Page(sign_in(client, page, user))) == ["é" * 400_000]


@pytest.mark.parametrize("kept", ["", "nonsense", "a\0b", "x" * 5000])
def test_what_we_did_not_keep_is_not_shown(nobody, user, kept):
    response = nobody.post("/sign-in", {"username": user.email, "password": PASSWORD, "typed": kept})
    assert (response.status_code, response["Location"]) == (302, "/")


def test_htmx_is_led_to_sign_in_and_told_that_the_session_has_ended(client, path, note):
    headers = {"HX-Request": "true", "HX-Current-URL": OURS + path}
    for response in (send_note(client, path, note, **headers), client.get(f"{path}/edit/name", headers=headers)):
        assert (response.status_code, response.content) == (200, b"")
        assert (response["HX-Redirect"], response["X-Signed-Out"]) == (f"/sign-in?next={path}", "1")


def test_the_admin_and_public_forms_carry_nothing(client, staff, user):
    staff_client = strict_client(staff)
    form = Page(staff_client.get(f"/admin/accounts/user/{user.pk}/change/")).form("#user_form")
    end_sessions()
    response = send(staff_client, "/admin/", form, fill(form, name="Mallory"), Referer=OURS + "/admin/")
    assert response["Location"].startswith("/sign-in?next=")
    assert User.objects.get(pk=user.pk).name == "Olive Owner"


def test_every_form_of_the_workspace_names_its_user_and_no_other_does(client, path, nobody):
    forms = Page(client.get(path)).all('form[method="post"]')
    assert len(forms) >= 3
    assert {form.one("[name=typed_by]").value.partition(":")[0] for form in forms} != {""}
    assert [form.all("[name=typed_by]") for form in Page(nobody.get("/sign-in")).all("form")] == [[], []]
