"""Access to conversations, their languages, and typed texts that never become markup."""

import re

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from contacts.book.merging import merge_contacts
from contacts.channels.message import File, Media
from contacts.conversations.sending import fail_message
from contacts.conversations.writing import write_message
from contacts.models import Contact, ContactMessage, MessageFile
from contacts.views import answering, thread

from ...factories import ContactFactory
from ...pages import Page
from ..messaging import SETTINGS, arrive
from .pages import DETAIL, EVIL, LIST, PDF, THREAD, ago, answer, outbound, path_of, rows

METHODS = ("get", "head", "post", "put", "patch", "delete")


@pytest.fixture
def mail(letterbox):
    return arrive(letterbox, files=(File("Plan.pdf", PDF),))


@pytest.fixture
def addresses(user, mail, whatsapp):
    """{address: its methods} of a conversation with a failed answer and a file."""
    contact = mail.contact
    message = write_message(contact, "Yes", channel="email", by=user)
    fail_message(message, "No")
    return {
        path_of(contact): ["get", "head"],
        f"{path_of(contact)}/send": ["post"],
        f"{path_of(contact)}/note": ["post"],
        f"{path_of(contact)}/{message.pk}/again": ["post"],
        f"/inbox/messages/{contact.pk}/files/{mail.files.get().pk}": ["get", "head"],
    }


def stored_rows():
    rows = [list(model.objects.order_by("pk").values()) for model in (Contact, ContactMessage, MessageFile)]
    return [*rows, DBTaskResult.objects.count()]


def request(client, method, path, **more):
    data = answer(channel="email") if method == "post" else None
    return getattr(client, method)(path, data, **more)


@pytest.mark.parametrize("headers", [{}, DETAIL, THREAD], ids=["page", "detail", "thread"])
def test_conversation_of_another_pro_is_404(other_browser, addresses, headers):
    before = stored_rows()
    for path, allowed in addresses.items():
        for method in METHODS:
            response = request(other_browser, method, path, headers=headers)
            assert (method, path, response.status_code) == (method, path, 404 if method in allowed else 405)
            assert "Inès".encode() not in response.content and b"Plan" not in response.content
    assert stored_rows() == before


def test_conversation_of_an_archived_contact_is_404_and_its_page_leads_to_the_contact(browser, addresses, mail):
    mail.contact.archive(by=None)
    before = stored_rows()
    page = path_of(mail.contact)
    for path in [path for path in addresses if "/files/" not in path]:
        for method in addresses[path]:
            response = request(browser, method, path)
            location = f"/contacts/{mail.contact.pk}" if path == page else None
            # A note keeps its words in the page.
            refusal = 422 if path.endswith("/note") else 404
            expected = (302 if location else refusal, location)
            assert (path, response.status_code, response.get("Location")) == (path, *expected)
    assert stored_rows() == before
    assert Page(browser.get(f"/contacts/{mail.contact.pk}")).one("h1").text == "Inès"


@pytest.mark.parametrize("action", ["", "/send", "/again"])
def test_contact_archived_during_the_request_is_404(browser, user, whatsapp, monkeypatch, action):
    contact = arrive(whatsapp).contact
    path = path_of(contact) + action
    if action == "/again":
        message = write_message(contact, "Yes.", channel="whatsapp", by=user)
        fail_message(message, "No")
        path = f"{path_of(contact)}/{message.pk}/again"
    find_person = thread.find_person

    def find_and_archive(request, id):
        contact = find_person(request, id)
        Contact.objects.get(pk=id).archive(by=None)
        return contact

    for module in (answering, thread):
        monkeypatch.setattr(module, "find_person", find_and_archive)
    response = browser.post(path, answer()) if action else browser.get(path)
    # A page that is only read shows the contact as it was.
    assert response.status_code == (404 if action else 200)
    assert [message.state for message in outbound()] == (["failed"] if action == "/again" else [])


def test_link_to_a_merged_contact_leads_to_the_kept_one(browser, other_browser, user, whatsapp, contact):
    merged, kept = arrive(whatsapp).contact, contact(name="Survivor")
    merge_contacts(kept, merged, by=user)
    response = browser.get(path_of(merged))
    assert (response.status_code, response["Location"]) == (302, path_of(kept))
    for headers in (DETAIL, THREAD):
        response = browser.get(path_of(merged), headers=headers)
        assert (response.status_code, response["HX-Redirect"], response.content) == (200, path_of(kept), b"")
    assert other_browser.get(path_of(merged)).status_code == 404
    assert (browser.post(f"{path_of(merged)}/send", answer()).status_code, outbound()) == (302, [])
    assert rows(Page(browser.get(LIST))) == ["Survivor Is it free?"]
    kept.archive(by=user)
    assert browser.get(path_of(kept))["Location"] == f"/contacts/{kept.pk}"


def test_nobody_is_sent_to_sign_in(nobody, addresses):
    before = stored_rows()
    for path in (LIST, "/inbox", "/inbox/arrivals?since=x", *addresses):
        for method in METHODS:
            response = request(nobody, method, path)
            assert (response.status_code, response["Location"].split("?")[0]) == (302, "/sign-in"), path
    assert stored_rows() == before


def test_gated_pro_is_sent_to_the_identity_page(browser, pro, addresses):
    pro.cni_required = True
    pro.save()
    before = stored_rows()
    for path, allowed in {LIST: ["get"], "/inbox/arrivals": ["get"], **addresses}.items():
        for method in allowed:
            response = request(browser, method, path)
            assert (response.status_code, response["Location"]) == (302, "/settings/identity"), path
    assert stored_rows() == before


def test_staff_without_a_pro_are_sent_to_the_admin(staff_browser, addresses):
    for path in (LIST, *addresses):
        response = staff_browser.get(path)
        assert (response.status_code, response["Location"]) == (302, "/admin/"), path


def test_secrets_are_on_no_page(browser, addresses, mail):
    secrets = {value for fields in SETTINGS.values() for name, value in fields.items() if name in ("secret", "token")}
    for path in (LIST, path_of(mail.contact), f"/contacts/{mail.contact_id}"):
        page = Page(browser.get(path))
        assert "Inès" in page.text
        assert [secret for secret in secrets if secret in page.html] == []


@pytest.mark.parametrize("language", ["fr", "nl"])
def test_pages_are_in_the_readers_language(browser, user, whatsapp, letterbox, language):
    user.language = language
    user.save()
    contact = arrive(whatsapp, media=(Media("image"),)).contact
    fail_message(write_message(contact, "Oui", channel="whatsapp", by=user), "No")
    mail = arrive(letterbox, files=(File("a.pdf", PDF),), quoted="before").contact
    for path in (LIST, path_of(contact), path_of(mail), f"/contacts/{contact.pk}"):
        page = Page(browser.get(path))
        assert (page.one("html")["lang"], "Inès" in page.text) == (language, True)


def test_typed_markup_stays_text(browser, user, pro, letterbox):
    user.name = f"{EVIL} author"
    user.save()
    address = "x@example.org"
    first = arrive(
        letterbox,
        f"{EVIL} text",
        who=f"{EVIL} name",
        subject=f"{EVIL} subject",
        quoted=f"{EVIL} quoted",
        media=(Media("document", filename=f"{EVIL} media"),),
        files=(File("<script>x file.pdf", PDF), File("<script>x refused.exe", b"MZ")),
        identities=(("email", address),),
        email=address,
        address=address,
        external_id="<1@x>",
    )
    contact = first.contact
    first.edit(f"{EVIL} edited", timezone.now())
    fail_message(write_message(contact, f"{EVIL} sent", channel="email", by=user), f"{EVIL} error")
    waiting = write_message(contact, f"{EVIL} waiting", channel="email", by=user)
    waiting.update_state("sending")
    waiting.note_failure(f"{EVIL} reason")
    ContactMessage.objects.filter(pk=waiting.pk).update(created_at=ago(hours=2))
    ContactFactory(pro=pro, name=f"{EVIL} twin", email=address)
    pages = {
        "list": Page(browser.get(LIST)),
        "page": Page(browser.get(path_of(contact))),
        "detail": Page(browser.get(path_of(contact), headers=DETAIL)),
        "thread": Page(browser.get(path_of(contact), headers=THREAD)),
        "contact": Page(browser.get(f"/contacts/{contact.pk}")),
        "refused": Page(browser.post(f"{path_of(contact)}/send", answer(f"{EVIL} typed", EVIL)), 422),
    }
    letter = {"text", "subject", "quoted", "media", "file.pdf", "refused.exe", "edited", "sent", "error", "author"}
    letter |= {"waiting", "reason"}
    expected = {
        "list": {"name", "subject", "sent"},
        "page": letter | {"name", "twin"},
        "detail": letter | {"name", "twin"},
        "thread": letter | {"name"},
        "contact": letter | {"name", "twin"},
        # "… is not one of the available choices."
        "refused": letter | {"name", "twin", "typed", "is"},
    }
    for name, page in pages.items():
        assert "<script>x" not in page.html, name
        assert set(re.findall(r"<script>x(?:</script>)? (\w+(?:\.\w+)?)", page.text)) == expected[name], name
