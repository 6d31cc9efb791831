"""Staff delete users in the admin: their drafts and files go with them, what they have sent stays."""

import pytest
from django.core.files.storage import storages

from config.accounts.models import User
from config.files.models import LooseFile
from config.files.storage import store_kept_file
from contacts.conversations.drafts import save_draft
from contacts.models import ContactMessage, Draft, DraftFile

from ..admin_site import page
from ..factories import ContactFactory, UserFactory
from ..pages import Page

CHANGELIST = page(User, "changelist")


@pytest.fixture
def ana(pro):
    return ContactFactory(pro=pro, name="Ana")


@pytest.fixture
def leaver(pro, ana):
    """A user with a draft that has a file, another draft, and a sent message."""
    leaver = UserFactory(pro=pro, email="lea@example.com")
    with store_kept_file(b"plan", "plan.txt") as file:
        save_draft(ana, leaver, "See the plan", files=[file])
    save_draft(ana, leaver, "Called her", kind="note")
    ContactMessage.objects.create(pro=pro, contact=ana, channel="email", text="Yes", state="sent", author=leaver)
    return leaver


def stored():
    """Keys of the files of drafts that are in the storage."""
    return [key for key in DraftFile.objects.values_list("key", flat=True) if storages["attachments"].exists(key)]


def left():
    """The rows that there are of users, drafts and messages."""
    return (
        list(User.objects.filter(email="lea@example.com").values_list("email", flat=True)),
        sorted(Draft.objects.values_list("text", flat=True)),
        list(ContactMessage.objects.values_list("text", "author")),
    )


def test_the_question_counts_what_goes_and_deletes_nothing(staff_browser, leaver):
    before = left()
    question = Page(staff_browser.get(page(leaver, "delete")))
    assert question.has("form input[name=post]")
    assert "Drafts: 2" in question.texts("#content li")
    assert (left(), len(stored()), LooseFile.objects.count()) == (before, 1, 0)


@pytest.mark.parametrize("way", ["page", "action"])
def test_drafts_and_files_go_with_the_user(staff_browser, leaver, user, ana, way, django_capture_on_commit_callbacks):
    save_draft(ana, user, "Of another user")
    [key] = stored()
    with django_capture_on_commit_callbacks(execute=True):
        if way == "page":
            response = staff_browser.post(page(leaver, "delete"), {"post": "yes"})
        else:
            action = {"action": "delete_selected", "_selected_action": [leaver.pk], "post": "yes"}
            response = staff_browser.post(CHANGELIST, action)
    assert response.headers["Location"] == CHANGELIST
    assert left() == ([], ["Of another user"], [("Yes", None)])
    assert (storages["attachments"].exists(key), LooseFile.objects.count()) == (False, 0)


def test_files_that_the_storage_does_not_delete_now_are_left_to_the_sweep(
    staff_browser, leaver, monkeypatch, django_capture_on_commit_callbacks
):
    [key] = stored()

    def fail(_key):
        raise OSError("down")

    monkeypatch.setattr(storages["attachments"], "delete", fail)
    with django_capture_on_commit_callbacks(execute=True):
        staff_browser.post(page(leaver, "delete"), {"post": "yes"})
    assert (left()[0], list(LooseFile.objects.values_list("key", flat=True))) == ([], [key])
