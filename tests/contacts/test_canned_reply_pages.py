"""/settings/replies: canned replies of the office and of one's own, written, changed, deleted and restored."""

from datetime import timedelta

import pytest
from django.utils import timezone

from contacts.models import CannedReply
from contacts.models.canned_reply import RETENTION, prune_canned_replies
from tests.factories import UserFactory
from tests.pages import Page

pytestmark = pytest.mark.django_db
LIST, NEW = "/settings/replies", "/settings/replies/new"


def typed(title="Visit", owner="office", **texts):
    return {"title": title, "owner": owner, "text_en": "", "text_fr": "", "text_nl": "", **texts}


def stored():
    """(title, whose, texts) of those that are not deleted."""
    rows = CannedReply.objects.filter(deleted_at=None).order_by("pk")
    return [(row.title, str(row.user or "office"), row.texts_by_language()) for row in rows]


@pytest.fixture
def visit(pro):
    return CannedReply.objects.add_reply(pro, "Visit", {"en": "Hello {first_name|there}"}, user=None)


def path(reply, rest=""):
    return f"{LIST}/{reply.pk}{rest}"


def test_one_is_written_per_language_for_the_office_or_for_oneself(browser, user):
    page = Page(browser.get(NEW))
    assert page.form("form.card").fields == typed("") | {"was": ""}
    codes = page.texts(".variables code")
    assert codes == ["{first_name}", "{name}", "{property}", "{reference}", "{office}", "{me}", "{today}"]
    texts = {"text_en": "Dear {name|you},\r\ncome in.", "text_fr": " Bonjour "}
    for _ in range(2):
        response = browser.post(NEW, typed(**texts))
        assert (response.status_code, response["Location"]) == (302, LIST)
    browser.post(NEW, typed("Mine", "me", text_nl="Dag"))
    assert stored() == [
        ("Visit", "office", {"en": "Dear {name|you},\ncome in.", "fr": "Bonjour"}),
        ("Mine", "Olive Owner", {"nl": "Dag"}),
    ]
    page = Page(browser.get(LIST))
    assert page.texts(".rows strong") == ["Mine", "Visit"]
    assert page.texts(".rows p") == ["Only me · Nederlands", "Everybody in the office · English, Français"]


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        (typed(""), "This field is required."),
        (typed("x" * 101, text_en="a"), "Ensure this value has at most 100 characters (it has 101)."),
        (typed(text_en="a\0b"), "Null characters are not allowed."),
        (typed(text_en="x" * 10_001), "Ensure this value has at most 10000 characters (it has 10001)."),
        (typed(text_en="Hi {firstname}"), "There is no variable {firstname}."),
        (typed(), "Write the text in one language at least."),
        (
            typed(owner="everybody", text_en="a"),
            "Select a valid choice. everybody is not one of the available choices.",
        ),
        (typed("VISIT", text_en="b"), "There is a canned reply with this title already."),
    ],
)
def test_an_unusable_one_is_refused_and_what_was_typed_stays(browser, visit, fields, error):
    before = stored()
    page = Page(browser.post(NEW, fields), status=422)
    assert page.texts(".errorlist li") == [error]
    assert page.one("[name=title]").value == fields["title"]
    assert stored() == before


def test_of_two_who_change_one_the_second_sees_what_the_first_wrote(browser, visit):
    form = Page(browser.get(path(visit))).form("form.card")
    assert form.fields["text_en"].strip() == "Hello {first_name|there}"
    assert browser.post(path(visit), form.fields | {"text_en": "First"})["Location"] == LIST
    page = Page(browser.post(path(visit), form.fields | {"text_en": "Second"}), status=409)
    assert page.texts(".message-error[role=alert] p")[-1] == "en First"
    again = page.form("form.card")
    assert (again.fields["text_en"].strip(), stored()[0][2]) == ("Second", {"en": "First"})
    browser.post(path(visit), again.fields)
    assert stored() == [("Visit", "office", {"en": "Second"})]


@pytest.mark.parametrize("was", ["", "x", "2026-13-45T00:00:00Z", "9" * 5000])
def test_without_the_time_of_the_last_change_nothing_is_overwritten(browser, visit, was):
    before = stored()
    Page(browser.post(path(visit), typed(text_en="Evil") | {"was": was}), status=409)
    assert stored() == before


def test_one_is_deleted_and_restored(browser, visit):
    for _ in range(2):
        assert browser.post(path(visit, "/delete"))["Location"] == LIST
    assert stored() == []
    page = Page(browser.get(LIST))
    assert page.texts("#toasts p")[0] == "“Visit” is deleted."
    undo = page.form("#toasts form").action
    assert browser.post(undo)["Location"] == LIST
    assert browser.post(undo, headers={"HX-Request": "true"})["HX-Redirect"] == LIST
    assert stored() == [("Visit", "office", {"en": "Hello {first_name|there}"})]


def test_an_undo_that_is_too_late_says_so(browser, pro, visit):
    visit.soft_delete()
    CannedReply.objects.add_reply(pro, "Visit", {"en": "Another"}, user=None)
    page = Page(browser.post(path(visit, "/restore"), follow=True))
    assert page.texts("#toasts .toast-error p") == ["There is a canned reply with this title already."]
    assert stored() == [("Visit", "office", {"en": "Another"})]


def test_a_text_typed_while_it_was_deleted_stays(browser, visit):
    form = Page(browser.get(path(visit))).form("form.card")
    visit.soft_delete()
    page = Page(browser.post(path(visit), form.fields | {"text_en": "Mine"}), status=409)
    assert page.texts(".errorlist li") == ["This canned reply was deleted meanwhile. What you typed is still here."]
    assert page.one("[name=text_en]").value.strip() == "Mine"


@pytest.mark.parametrize("verb", ["", "/delete", "/restore"])
def test_another_pros_and_a_colleagues_own_are_404(browser, other_browser, pro, visit, verb):
    colleague = UserFactory(pro=pro)
    own = CannedReply.objects.add_reply(pro, "Private", {"en": "Psst"}, user=colleague)
    before = CannedReply.objects.order_by("pk").values_list()
    for client, reply in ((browser, own), (other_browser, visit), (other_browser, own)):
        assert "Psst" not in Page(client.post(path(reply, verb), typed(text_en="Evil")), status=404).text
    assert list(before) == list(CannedReply.objects.order_by("pk").values_list())
    assert Page(browser.get(LIST)).texts(".rows strong") == ["Visit"]
    assert Page(other_browser.get(LIST)).one("main").all(".rows") == []


def test_deleted_ones_are_removed_after_a_month(visit):
    visit.soft_delete()
    prune_canned_replies()
    assert CannedReply.objects.filter(pk=visit.pk).exists()
    CannedReply.objects.update(deleted_at=timezone.now() - RETENTION - timedelta(seconds=1))
    prune_canned_replies()
    assert not CannedReply.objects.exists()
