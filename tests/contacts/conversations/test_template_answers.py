"""After 24 hours WhatsApp takes approved templates only: nothing is offered that must fail."""

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from contacts.conversations.sending import fail_message, resend_message
from contacts.conversations.templates import refresh_old_templates
from contacts.conversations.writing import write_message
from contacts.models import ChannelConnection

from ...pages import Page
from ..channels.peer import BUSINESS_ID, fault
from ..messaging import arrive, connect
from .pages import CANNOT_ANSWER, DETAIL, ago, answer, letters, outbound, path_of

pytestmark = pytest.mark.django_db
TEMPLATES = [
    {"name": "hello", "language": "fr", "body": "Bonjour", "header": "", "footer": ""},
    {
        "name": "visit",
        "language": "en",
        "body": "Hello {{1}}, come on {{2}}.",
        "header": "Visit",
        "footer": "Bye",
    },
]
OVER = "WhatsApp takes free text for 24 hours after somebody's last message. That time is over."


@pytest.fixture
def closed(pro):
    """A conversation whose window is closed; the connection has two templates."""
    connection = connect(pro, "whatsapp", business_id=BUSINESS_ID)
    ChannelConnection.objects.update(templates=TEMPLATES, templates_at=timezone.now())
    return arrive(connection, sent_at=ago(hours=25)).contact


def fill_in(*values, **more):
    given = {f"value{number}": value for number, value in enumerate(values)}
    return {"id": uuid.uuid4(), "template": "visit:en", **given, **more}


def test_templates_are_offered_instead_of_free_text(browser, closed):
    page = Page(browser.get(path_of(closed)))
    assert (page.has("#message-form"), CANNOT_ANSWER in page.text) == (False, False)
    assert page.one(".templates > p").text == f"{OVER} After that you can send a template that WhatsApp has approved:"
    assert page.texts(".template > summary") == ["hello fr", "visit en"]
    form = page.all(".template")[1]
    assert form.one(".words").text == "Visit Hello {{1}}, come on {{2}}. Bye"
    assert form.texts("label") == ["Variable 1", "Variable 2"]
    assert Page(browser.get(f"/contacts/{closed.pk}")).texts(".composer .template > summary") == [
        "hello fr",
        "visit en",
    ]


def test_without_templates_the_reason_and_other_channels_are_shown(browser, closed, letterbox):
    ChannelConnection.objects.update(templates=[])
    page = Page(browser.get(path_of(closed)))
    known = f"{OVER} After that it takes only approved templates, and none are known here."
    assert (page.has("#message-form"), page.has(".template")) == (False, False)
    assert page.one(".templates").text == f"{known} WhatsApp settings"
    assert page.one(".templates a")["href"] == "/settings/channels/whatsapp"
    closed.change({"email": "ines@example.org"}, by=None)
    page = Page(browser.get(path_of(closed)))
    assert page.one(".templates").text == f"{known} Answer by another channel. WhatsApp settings"
    assert page.texts("#message-form .composer-buttons button") == ["Send"]


def test_free_text_is_refused_and_kept(browser, closed, user):
    response = browser.post(f"{path_of(closed)}/send", answer("Too late"))
    page = Page(response, 422)
    assert (page.one("#message-form textarea").text, page.texts("#message-form button"), outbound()) == (
        "Too late",
        [],
        [],
    )
    with pytest.raises(ValidationError) as raised:
        write_message(closed, "Too late", channel="whatsapp", by=user)
    assert raised.value.message_dict == {"channel": [OVER]}


@pytest.mark.parametrize("headers", [{}, DETAIL], ids=["page", "htmx"])
def test_template_is_sent(browser, closed, user, peer, work_tasks, headers):
    filled = fill_in("Inès\n  M.", "Monday")
    for _time in range(2):
        response = browser.post(f"{path_of(closed)}/template", filled, headers=headers)
        assert response.status_code == (200 if headers else 302)
    [message] = outbound()
    assert (message.text, message.author, message.state) == (
        "Visit\n\nHello Inès M., come on Monday.\n\nBye",
        user,
        "scheduled",
    )
    work_tasks()
    values = [{"type": "text", "text": "Inès M."}, {"type": "text", "text": "Monday"}]
    [body] = peer.bodies("messages")
    assert {name: body[name] for name in ("type", "template", "to")} == {
        "type": "template",
        "template": {
            "name": "visit",
            "language": {"code": "en"},
            "components": [{"type": "body", "parameters": values}],
        },
        "to": message.address,
    }
    message.refresh_from_db()
    assert message.state == "sent"


def test_bad_values_are_shown_at_their_template(browser, closed):
    for values in (["", "Monday"], ["x" * 1020, "Monday"], [" ", " "], ["a\0b", "c"]):
        response = browser.post(f"{path_of(closed)}/template", fill_in(*values))
        [opened] = Page(response, 422).all(".template[open]")
        assert (opened.one("summary").text, outbound()) == ("visit en", [])
        assert opened.has(".errorlist") or opened.has(".message-error")


def test_unknown_template_is_not_sent(browser, other_browser, closed):
    response = browser.post(f"{path_of(closed)}/template", fill_in("a", "b", template="gone:en"))
    assert (response.status_code, outbound()) == (302, [])
    assert Page(browser.get(path_of(closed))).texts("#messages p") == ["This template is no longer available."]
    assert other_browser.post(f"{path_of(closed)}/template", fill_in("a", "b")).status_code == 404
    assert browser.get(f"{path_of(closed)}/template").status_code == 405


def test_failed_free_text_has_no_button_that_must_fail(browser, user, whatsapp):
    contact = arrive(whatsapp, sent_at=ago(hours=23)).contact
    message = write_message(contact, "Yes", channel="whatsapp", by=user)
    fail_message(message, "No")
    assert letters(Page(browser.get(path_of(contact))))[0][1] == "WhatsApp Olive Owner Yes Failed: No Try again"
    contact.messages.filter(state="received").update(created_at=ago(hours=25))
    assert letters(Page(browser.get(path_of(contact))))[0][1] == "WhatsApp Olive Owner Yes Failed: No"
    response = browser.post(f"{path_of(contact)}/{message.pk}/again")
    assert Page(browser.get(response["Location"])).texts("#messages p") == [OVER]
    message.refresh_from_db()
    assert message.state == "failed"


def test_failed_template_is_sent_again(browser, closed, peer, work_tasks):
    browser.post(f"{path_of(closed)}/template", fill_in("a", "b"))
    peer.answer_with(400, fault(132001, "Template name does not exist"))
    work_tasks()
    peer.recover()
    [message] = outbound()
    assert (message.state, resend_message(message)) == ("failed", True)
    work_tasks()
    message.refresh_from_db()
    assert message.state == "sent"


# --- Fetching the templates


def test_templates_are_fetched_once_an_hour(pro, peer, work_tasks):
    connection = connect(pro, "whatsapp", business_id=BUSINESS_ID)
    body = {"type": "BODY", "text": "Hello"}
    peer.templates = [{"name": "a", "language": "en", "status": "APPROVED", "components": [body]}]

    def kept():
        connection.refresh_from_db()
        return [row["name"] for row in connection.templates], connection.templates_error

    refresh_old_templates()
    refresh_old_templates()
    work_tasks()
    assert (kept(), len(peer.seen)) == ((["a"], ""), 1)
    peer.answer_with(500, {})
    ChannelConnection.objects.update(templates_at=timezone.now() - timedelta(minutes=61))
    refresh_old_templates()
    work_tasks()
    assert kept() == (["a"], "The provider answered 500.")
    connect(pro, "whatsapp", business_id="77")
    assert kept() == ([], "")
    assert connection.templates_at is None


def test_connection_without_a_business_account_has_no_templates(pro, peer, work_tasks):
    connect(pro, "whatsapp")
    refresh_old_templates()
    work_tasks()
    assert peer.seen == []


def test_templates_on_the_settings_page(browser, closed):
    page = Page(browser.get("/settings/channels/whatsapp"))
    assert "2 approved templates" in page.text
    assert page.one("#id_business_id")["value"] == BUSINESS_ID
    ChannelConnection.objects.update(templates_error="No permission")
    assert "The templates could not be fetched. No permission" in Page(browser.get("/settings/channels/whatsapp")).text
    entered = {"address": "1", "business_id": "12a", "is_active": "on"}
    response = browser.post("/settings/channels/whatsapp", entered)
    assert Page(response, 422).one("#id_business_id_error").text == "Use digits only."
