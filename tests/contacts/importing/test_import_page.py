"""/contacts/import/<id>: columns, progress and rows of an import; its run and its discard."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from contacts.models import Contact, ContactImport, ContactImportRow
from tests.pages import Page

from ..imports import checked, imported, uploaded

TEXT = "name,email,phone\nAnna,anna@example.org,\nBad,piet,123\n"
NOT_FOUND = "There is nothing here"


def path(contact_import, more=""):
    return f"/contacts/import/{contact_import.pk}{more}"


def get(browser, contact_import, more="", **options):
    return Page(browser.get(path(contact_import, more), **options))


def columns_form(page):
    return page.form("form[aria-labelledby=columns-title]")


def rows(page):
    """The text of each row of the report."""
    return page.texts(".import-rows > li:not(#more)")


def tabs(page):
    """The tabs with their counts, the current one first."""
    return page.texts(".tabs [aria-current]") + page.texts(".tabs a:not([aria-current])")


def counts():
    return ContactImport.objects.count(), ContactImportRow.objects.count()


def test_the_columns_are_shown_with_an_example_and_the_recognised_field(browser, user):
    contact_import = uploaded(user, "Nom,,<b>\n,x,\nAnna,y,<script>\n")
    form = columns_form(get(browser, contact_import))
    assert form.texts("label") == ["Nom", "Column 2", "<b>", "Keep the other columns as a note"]
    assert form.texts(".example") == ["Anna", "x", "<script>"]
    assert form.fields == {"0": "name", "1": "", "2": ""}


def test_the_choice_of_columns_starts_the_check(browser, user, work_tasks):
    contact_import = uploaded(user, "a,b,c\nAnna,x,anna@example.org\n")
    response = browser.post(path(contact_import), {"0": "name", "1": "", "2": "email"})
    assert (response.status_code, response["Location"]) == (302, path(contact_import))
    contact_import.refresh_from_db()
    assert (contact_import.state, contact_import.columns) == ("checking", ["name", "", "email"])
    work_tasks()
    assert get(browser, contact_import).one("#go-title").text == "1 contact to import"


@pytest.mark.parametrize(
    "columns, messages",
    [
        ([""] * 4, ["Choose the column with the e-mail or the phone."]),
        (["name", "", "", ""], ["Choose the column with the e-mail or the phone."]),
        (["name", "email", "pro", ""], ["Select a valid choice. pro is not one of the available choices."]),
        (["name", "email", "\x00", ""], ["Select a valid choice. is not one of the available choices."]),
    ],
)
def test_unusable_columns_are_errors(browser, user, columns, messages):
    contact_import = uploaded(user, "a,b,c,d\n1,2,3,4\n")
    page = Page(browser.post(path(contact_import), dict(enumerate(columns))), status=422)
    assert columns_form(page).texts(".errorlist li") == messages
    contact_import.refresh_from_db()
    assert (contact_import.state, DBTaskResult.objects.count()) == ("uploaded", 0)


def test_the_columns_can_be_changed_after_the_check(browser, user, work_tasks):
    contact_import = checked(user, TEXT, work_tasks)
    assert columns_form(get(browser, contact_import, "?columns")).fields == {"0": "name", "1": "email", "2": "phone"}
    page = get(browser, contact_import)
    assert (page.has(".import-rows"), page.has("form[aria-labelledby=columns-title]")) == (True, False)


def test_a_hundred_columns_fit_into_a_form(browser, user):
    contact_import = uploaded(user, ",".join(f"c{n}" for n in range(100)) + "\n" + "x," * 99 + "x\n")
    form = columns_form(get(browser, contact_import))
    assert form.fields == {str(n): "" for n in range(100)}
    browser.post(path(contact_import), {**form.fields, "98": "name", "99": "email"})
    contact_import.refresh_from_db()
    assert (contact_import.state, contact_import.columns[98:]) == ("checking", ["name", "email"])


@pytest.mark.parametrize(
    "state, title", [("checking", "The rows are being checked"), ("running", "The contacts are being imported")]
)
def test_the_progress_is_shown_and_polled(browser, user, state, title):
    contact_import = uploaded(user, TEXT)
    ContactImport.objects.update(state=state, total=2000, done=1234)
    progress = get(browser, contact_import).one("#progress")
    assert (progress["hx-trigger"], progress["hx-get"]) == ("every 1s", path(contact_import))
    assert (progress.one("h2").text, progress.texts("p")[0]) == (title, "1,234 of 2,000 rows")
    assert (progress.one("progress")["value"], progress.one("progress")["max"]) == ("1234", "2000")
    assert progress.has("noscript")
    headers = {"HX-Request": "true", "HX-Target": "progress"}
    fragment = get(browser, contact_import, headers=headers)
    assert (fragment.one("#progress h2").text, fragment.has("main")) == (title, False)
    ContactImport.objects.update(state="checked" if state == "checking" else "done")
    response = browser.get(path(contact_import), headers=headers)
    assert (response["HX-Refresh"], response.content) == ("true", b"")


def test_the_values_of_the_progress_bar_have_no_separators(browser, user):
    user.language = "fr"
    user.save()
    contact_import = uploaded(user, TEXT)
    ContactImport.objects.update(state="checking", total=2000, done=1234)
    bar = get(browser, contact_import).one("progress")
    assert (bar["value"], bar["max"]) == ("1234", "2000")


def test_a_failed_phase_offers_a_retry(browser, user):
    contact_import = uploaded(user, TEXT)
    ContactImport.objects.update(state="running", error="OperationalError")
    form = get(browser, contact_import).form("#progress form")
    assert (form.action, form.text) == (
        path(contact_import, "/run"),
        "It failed and is retried automatically. Try again now",
    )


def test_the_report_before_the_run(browser, user, pro, work_tasks):
    Contact.objects.register(pro, name="<i>Known", email="k@example.org")
    lines = ["K,k@example.org,0612345678", "A2,anna@example.org,", "<b>B</b>,b@example.org,"]
    contact_import = checked(user, TEXT + "\n".join(lines), work_tasks)
    page = get(browser, contact_import)
    card = page.one("[aria-labelledby=go-title]")
    assert (card.one("h2").text, card.one("button").text) == ("3 contacts to import", "Import 3 contacts")
    assert card.texts("p") == ["2 are new. 1 existing contact is completed. 1 row is refused."]
    assert tabs(page) == ["New 2", "To complete 1", "Known already 1", "Refused 1"]
    assert rows(page) == ["2 Anna anna@example.org", "6 <b>B</b> b@example.org"]
    assert rows(get(browser, contact_import, "?show=complete")) == [
        "4 K k@example.org · 06 12 34 56 78 Matches <i>Known The name differs: two people may share this address. "
        "Adds Phone: 06 12 34 56 78"
    ]
    assert rows(get(browser, contact_import, "?show=known")) == ["5 A2 anna@example.org The same person as row 2"]
    assert rows(get(browser, contact_import, "?show=refuse")) == [
        "3 Bad piet · 123 E-mail “ piet ” : Enter a valid email address. "
        "Phone “ 123 ” : Enter a phone number, such as +33 6 12 34 56 78."
    ]


def test_the_report_after_the_run(browser, user, work_tasks):
    contact_import = imported(user, TEXT, work_tasks)
    page = get(browser, contact_import)
    sums = page.one("[aria-labelledby=sums-title]")
    assert sums.texts("dl > div") == ["Created 1", "Completed 0", "Known already 0", "Refused 1"]
    assert sums.values(".actions a", "href") == ["/contacts", path(contact_import, "/refused.csv")]
    assert page.values("main form", "action") == [path(contact_import, "/undo")]
    anna = Contact.objects.get()
    assert page.one(".import-rows a")["href"] == f"/contacts/{anna.pk}"


def test_more_rows_are_loaded_by_the_row_number(browser, user, work_tasks):
    contact_import = checked(user, "name,email\n" + "".join(f"N{n},n{n}@x.org\n" for n in range(120)), work_tasks)
    first = get(browser, contact_import)
    assert (len(rows(first)), rows(first)[-1]) == (50, "51 N49 n49@x.org")
    link = first.one("#more a")
    assert link["href"] == link["hx-get"] == "?show=create&after=51"
    second = get(browser, contact_import, link["href"], headers={"HX-Request": "true", "HX-Target": "more"})
    assert [len(second.all("li:not(#more)")), second.texts("li strong")[0]] == [50, "N50"]
    last = get(browser, contact_import, "?show=create&after=101")
    assert (len(rows(last)), last.has("#more")) == (20, False)


@pytest.mark.parametrize("query", ["?after=x", "?after=-1", "?after=99999999999", "?after=" + "9" * 5000, "?after=%00"])
def test_an_invalid_place_is_404(browser, user, work_tasks, query):
    response = browser.get(path(checked(user, TEXT, work_tasks), query))
    assert Page(response, status=404).one("h1").text == NOT_FOUND


@pytest.mark.parametrize("query", ["?show=x", "?show=%00", "?show=refuse&show=", "?after="])
def test_an_unknown_tab_is_the_first(browser, user, work_tasks, query):
    page = get(browser, checked(user, TEXT, work_tasks), query)
    assert (tabs(page)[0], rows(page)) == ("New 1", ["2 Anna anna@example.org"])


@pytest.mark.parametrize("count", [1, 50])
def test_the_page_takes_the_same_number_of_queries_for_any_number_of_rows(browser, user, pro, work_tasks, count):
    for n in range(count):
        Contact.objects.register(pro, name="K", email=f"k{n}@x.org")
    lines = [f"K,k{n}@x.org,+336000000{n:02d}" for n in range(count)]
    contact_import = checked(user, "\n".join(["name,email,phone", *lines]), work_tasks)
    with CaptureQueriesContext(connection) as queries:
        assert len(rows(get(browser, contact_import))) == count
    # Session with its user and Pro, the import (with user and Pro), its rows with their contacts.
    # The last one counts who waits, for the rail.
    assert len(queries) <= 5, [query["sql"] for query in queries]


def test_a_second_click_runs_it_once(browser, user, work_tasks):
    contact_import = checked(user, TEXT, work_tasks)
    for _ in range(2):
        response = browser.post(path(contact_import, "/run"))
        assert (response.status_code, response["Location"]) == (302, path(contact_import))
    work_tasks()
    assert Contact.objects.get().name == "Anna"


def test_a_colleague_runs_it_in_their_own_name(browser, user, work_tasks, django_user_model):
    colleague = django_user_model.objects.create(email="c@example.com", pro=user.pro)
    contact_import = checked(colleague, TEXT, work_tasks)
    browser.post(path(contact_import, "/run"))
    work_tasks()
    assert Contact.objects.get().events.get().user == user


def test_a_discarded_file_is_deleted(browser, user, work_tasks):
    contact_import = checked(user, TEXT, work_tasks)
    response = browser.post(path(contact_import, "/discard"))
    assert (response.status_code, response["Location"], counts()) == (302, "/contacts/import", (0, 0))
    messages = Page(browser.get("/contacts/import")).texts(".message")
    assert messages == ["“contacts.csv” is discarded. Nothing was imported."]
    assert Page(browser.post(path(contact_import, "/discard")), status=404).one("h1").text == NOT_FOUND


def test_an_imported_file_cannot_be_discarded(browser, user, work_tasks):
    contact_import = imported(user, TEXT, work_tasks)
    assert browser.post(path(contact_import, "/discard"))["Location"] == path(contact_import)
    assert get(browser, contact_import).texts(".message") == ["This file is imported already."]
    assert counts() == (1, 2)


@pytest.mark.parametrize("verb", ["", "/run", "/discard"])
def test_an_import_that_a_colleague_discards_at_the_same_time_is_404(browser, user, work_tasks, monkeypatch, verb):
    contact_import, lock = checked(user, TEXT, work_tasks), ContactImport.lock

    def lock_too_late(self):
        ContactImport.objects.all().delete()
        lock(self)

    monkeypatch.setattr(ContactImport, "lock", lock_too_late)
    response = browser.post(path(contact_import, verb), {"0": "name", "1": "email", "2": ""})
    assert Page(response, status=404).one("h1").text == NOT_FOUND
    assert (DBTaskResult.objects.ready().count(), Contact.objects.count()) == (0, 0)


def test_another_pros_and_an_unknown_import_are_404(browser, other_browser, user, work_tasks):
    for make in (uploaded, checked, imported):
        contact_import = make(user, TEXT.replace("anna", make.__name__), *([work_tasks] if make != uploaded else []))
        before = ContactImport.objects.values().get(pk=contact_import.pk)
        for client, id in ((other_browser, contact_import.pk), (browser, uuid.uuid4())):
            base = f"/contacts/import/{id}"
            reads = [client.get(address) for address in (base, f"{base}/refused.csv")]
            writes = [client.post(address) for address in (base, f"{base}/run", f"{base}/discard")]
            for response in (*reads, *writes):
                assert "contacts.csv" not in Page(response, status=404).text
        assert ContactImport.objects.values().get(pk=contact_import.pk) == before


@pytest.mark.parametrize("verb", ["/run", "/discard"])
def test_a_get_changes_nothing(browser, user, verb):
    contact_import = uploaded(user, TEXT)
    before = ContactImport.objects.values().get()
    response = browser.get(path(contact_import, verb))
    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert ContactImport.objects.values().get() == before


def test_a_pruned_import_still_has_its_counts(browser, user, work_tasks):
    contact_import = imported(user, TEXT, work_tasks)
    ContactImport.objects.update(created_at=timezone.now() - timedelta(days=31))
    ContactImport.objects.prune()
    page = get(browser, contact_import)
    assert page.texts("dl > div") == ["Created 1", "Completed 0", "Known already 0", "Refused 1"]
    assert page.texts(".page > p.soft") == ["The rows of this file were deleted 30 days after it was uploaded."]
    assert (page.has(".import-rows"), page.values("a[href$='refused.csv']", "href")) == (False, [])
    response = browser.get(path(contact_import, "/refused.csv"))
    assert Page(response, status=404).one("h1").text == NOT_FOUND
