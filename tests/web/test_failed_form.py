"""A form during which something fails on our side: the error page gives it back, to be tried again."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError

from contacts.models import Contact, ContactNote
from tests.accounts.ended_session import fill, send, shown, strict_client
from tests.factories import ContactFactory, InquiryFactory
from tests.pages import Page

pytestmark = pytest.mark.django_db
WORDS = "First <b>line</b>\nsecond"


@pytest.fixture
def client(user):
    return strict_client(user)


@pytest.fixture
def break_down(monkeypatch):
    """Let every lock of a contact fail."""

    def break_(error):
        def fail(self):
            raise error

        monkeypatch.setattr(Contact, "lock", fail)

    return break_


@pytest.mark.parametrize(("error", "status"), [(ValueError(), 500), (OperationalError(), 503)])
def test_it_can_be_tried_again(client, pro, break_down, monkeypatch, error, status):
    path = f"/contacts/{ContactFactory(pro=pro).pk}"
    form = Page(client.get(path)).form("#note-form")
    break_down(error)
    page = Page(send(client, path, form, fill(form, body=WORDS)), status=status)
    assert (shown(page), ContactNote.objects.count()) == (["First <b>line</b> second"], 0)
    assert page.texts("main p")[0] == "What you typed is kept here. Please try again in a minute."
    monkeypatch.undo()
    again = page.form("main form")
    assert send(client, path, again, fill(again))["Location"] == f"{path}#composer"
    assert ContactNote.objects.get().body == WORDS


def test_files_are_named_as_missing(client, pro, monkeypatch):
    path = f"/inquiries/{InquiryFactory(pro=pro).pk}"
    form = Page(client.get(path)).form(f'form[action="{path}/attachments"]')

    def fail(*args, **options):
        raise ValueError

    monkeypatch.setattr("config.accounts.middleware.WorkspaceMiddleware._enter_workspace", fail)
    file = SimpleUploadedFile("plan.pdf", b"%PDF-1.4")
    page = Page(send(client, path, form, fill(form, file=file)), status=500)
    assert page.texts("main .message") == ["Files cannot be kept. Choose them again: plan.pdf"]
    assert page.one("main form button").text == "Try again without the files"


def test_a_page_that_fails_has_no_form(client, monkeypatch):
    def fail(*args, **options):
        raise ValueError

    monkeypatch.setattr("config.accounts.middleware.WorkspaceMiddleware._enter_workspace", fail)
    page = Page(client.get("/contacts"), status=500)
    assert page.texts("main p")[0] == "What you sent before is not lost. Please try again in a minute."
    assert page.one("main").all("form") == []
