"""Many contacts at once: chosen in the list, previewed, changed with progress, stopped, gone on with, undone."""

import uuid

import pytest

from config.audit.models import AuditEvent
from contacts.audited import find_names
from contacts.bulk import working
from contacts.bulk.working import start_run, stop_run
from contacts.models import BulkRow, BulkRun, Contact
from tests.factories import ContactFactory
from tests.pages import Page

from .runs import done, planned, undone

CHOOSE = "/many/contacts/choose"


def chosen():
    """Names of the contacts that the one plan holds."""
    keys = BulkRun.objects.get().rows.values("object_uuid")
    return sorted(Contact.objects.filter(pk__in=keys).values_list("name", flat=True))


def texts(response, status=200):
    """What the page says, its head first."""
    page = Page(response, status)
    return [node.text for node in page.all("h1, h2, .page p:not(.back), .page li, dt, dd") if node.text]


@pytest.fixture
def people(pro):
    return [ContactFactory(pro=pro, name=name) for name in ("Anna", "Bea", "Cora")]


def test_the_list_has_a_box_for_each_one_for_all_of_the_page_and_one_for_all_that_match(browser, people):
    page = Page(browser.get("/contacts?q=a"))
    ids = [str(person.pk) for person in reversed(people)]
    assert page.values("tbody [name=contact]", "value") == ids
    assert page.one("thead [name=page]")["data-ticks"] == "contact"
    assert page.one("thead [name=shown]")["value"] == ",".join(ids)
    bar = page.one(".chosen")
    assert bar.one("label").text == "All 3 that match"
    assert bar.texts("button") == ["Change …", "Archive", "Export"]
    assert bar.values("[formaction]", "formaction") == [CHOOSE, "/contacts/export-chosen.csv"]


@pytest.mark.parametrize(
    ("values", "names"),
    [
        ({"contact": [0, 2, 0]}, ["Anna", "Cora"]),
        ({"page": "1", "shown": [0, 1]}, ["Anna", "Bea"]),
        ({"shown": [0, 1], "contact": [2]}, ["Cora"]),
        ({"all": "1", "contact": [0], "query": "q=bea&status=prospect"}, ["Bea"]),
        ({"all": "1", "query": "view=archived"}, ["Dora"]),
        ({"all": "1"}, ["Anna", "Bea", "Cora"]),
    ],
)
def test_rows_of_the_page_or_of_the_whole_filter_are_chosen(browser, other_user, people, values, names):
    ContactFactory(pro=people[0].pro, name="Dora").archive(by=None)
    ContactFactory(pro=other_user.pro, name="Anna")
    ids = {name: [str(people[n].pk) for n in each] for name, each in values.items() if isinstance(each, list)}
    ids |= {"shown": ",".join(ids["shown"])} if "shown" in ids else {}
    response = browser.post(CHOOSE, {**values, **ids})
    run = BulkRun.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/many/{run.pk}")
    assert (chosen(), run.total, run.state) == (names, len(names), "planned")


def test_nothing_and_foreign_rows_lead_back_to_the_list(browser, other_user, people):
    foreign = ContactFactory(pro=other_user.pro)
    for values in ({}, {"contact": [foreign.pk, "x", "\0", ""]}, {"all": "1", "query": "q=nobody&sort=name"}):
        response = browser.post(CHOOSE, {"query": "q=nobody&sort=name", **values})
        assert response["Location"] == "/contacts?q=nobody&sort=name"
        assert Page(browser.get("/contacts")).one("#toasts p").text == "Nothing was chosen."
    assert (BulkRun.objects.count(), BulkRow.objects.count()) == (0, 0)
    assert browser.post("/many/nonsense/choose", {"all": "1"}).status_code == 404


def test_more_boxes_than_a_form_may_have_are_refused(browser, people):
    browser.post(CHOOSE, {"contact": [str(uuid.uuid4()) for _n in range(901)]})
    toast = Page(browser.get("/contacts")).one("#toasts p").text
    assert toast == "Choose at most 900 rows one by one, or all that match."


def test_the_preview_says_how_many_what_and_why_not_and_starts_it(browser, user, people, work_tasks):
    Contact.objects.filter(pk=people[1].pk).update(status="renter")
    run = planned(user)
    page = Page(browser.get(f"/many/{run.pk}"))
    assert page.one("h1").text == "3 rows chosen"
    assert [group["label"] for group in page.all("optgroup")] == ["Assign to", "Status", "Role", "Preferred channel"]
    assert page.values("option", "value")[:3] == ["", "assign:nobody", f"assign:{user.pk}"]
    assert page.values("option", "value")[-2:] == ["archive", "restore"]
    assert page.all("#preview > *") == []
    page = Page(browser.get(f"/many/{run.pk}?do=status:renter"))
    preview = page.one("#preview section")
    assert preview.one("h2").text == "Status: Renter"
    assert [node.text for node in preview.all("p")] == ["2 rows will be changed.", "These stay as they are:"]
    assert [node.text for node in preview.all("ul li")] == ["1 · Has this value already"]
    assert sorted(node.text for node in preview.all("ol li")) == ["Anna", "Cora"]
    form = page.form("#preview form")
    assert page.one("#preview form button").text == "Change 2 rows"
    assert browser.post(form.action, form.fields)["Location"] == f"/many/{run.pk}"
    page = Page(browser.get(f"/many/{run.pk}"))
    assert (page.one("#progress h2").text, page.one("progress")["max"]) == ("The rows are being changed", "3")
    work_tasks()
    assert texts(browser.get(f"/many/{run.pk}"))[:1] == ["Status: Renter"]
    assert dict(Contact.objects.values_list("name", "status")) == dict.fromkeys(("Anna", "Bea", "Cora"), "renter")


def test_a_preview_of_many_names_the_first_ten(browser, user, pro):
    for n in range(12):
        ContactFactory(pro=pro, name=f"N{n}")
    run = planned(user)
    preview = Page(browser.get(f"/many/{run.pk}?do=archive", headers={"HX-Request": "true", "HX-Target": "preview"}))
    assert len(preview.all("ol li")) == 10
    assert preview.texts(".soft:not(.small)") == ["and 2 more"]
    assert preview.texts(".small") == ["It can be undone for 30 days, but for rows that somebody has changed since."]


def test_what_would_change_nothing_has_no_button(browser, user, people):
    run = planned(user)
    page = Page(browser.get(f"/many/{run.pk}?do=restore"))
    assert texts(browser.get(f"/many/{run.pk}?do=restore"))[1:3] == ["Restore", "Nothing would be changed."]
    assert page.all("#preview form") == []


@pytest.mark.parametrize("action", ["", "status:nonsense", "\0", "x" * 5000])
def test_an_action_that_there_is_not_is_asked_for_again(browser, user, people, action):
    run = planned(user)
    page = Page(browser.post(f"/many/{run.pk}", {"do": action}), 422)
    assert page.texts(".errorlist") == ["Choose what is to be done."]
    assert BulkRun.objects.get().state == "planned"
    assert Page(browser.get(f"/many/{run.pk}", {"do": action})).all("#preview > *") == []


def test_stop_go_on_and_undo(browser, user, people, work_tasks, monkeypatch):
    monkeypatch.setattr(working, "batch_size", lambda run: 2)
    run = planned(user)
    url = f"/many/{run.pk}"
    start_run(run, "role:vendor", by=user)
    working._work_batch(str(run.pk), is_last=False)
    polled = browser.get(url, headers={"HX-Request": "true", "HX-Target": "progress"})
    assert Page(polled).texts("#progress p") == ["2 of 3 rows", "Show progress"]
    assert browser.post(f"{url}/stop")["Location"] == url
    assert texts(browser.get(url))[2:7] == ["Stopped", "Changed", "2", "Left", "1"]
    gone = browser.get(url, headers={"HX-Request": "true", "HX-Target": "progress"})
    assert gone["HX-Refresh"] == "true"
    page = Page(browser.get(url))
    assert browser.post(page.form("[action$=go-on]").action)["Location"] == url
    work_tasks()
    ContactFactory(pro=user.pro)
    people[0].change({"role": "other"}, by=None)
    page = Page(browser.get(url))
    assert page.one("[action$=undo] button").text == "Undo 3 changes"
    browser.post(page.form("[action$=undo]").action)
    work_tasks()
    said = texts(browser.get(url))
    assert said[2:9] == [
        *("Undone", "Changed", "3", "Undone", "2"),
        *("These could not be undone:", "1 · Changed since by somebody"),
    ]
    assert "Anna · Changed since by somebody" in said
    browser.post(f"{url}/undo")
    assert Page(browser.get(url)).all("#toasts p") == []
    assert sorted(Contact.objects.values_list("role", flat=True)) == ["other", "prospect", "prospect", "prospect"]


def test_one_that_has_failed_says_so_and_is_tried_again(browser, user, people, work_tasks, monkeypatch):
    run = planned(user)
    start_run(run, "role:vendor", by=user)

    def fail(*args):
        raise OSError

    with monkeypatch.context() as broken:
        broken.setattr(working, "_change_rows", fail)
        with pytest.raises(OSError):
            working.work_run.func(str(run.pk))
    page = Page(browser.get(f"/many/{run.pk}"))
    assert page.one("#progress .wrong").text == "It failed and is retried automatically."
    browser.post(page.form("[action$=go-on]").action)
    work_tasks()
    run.refresh_from_db()
    assert (run.state, run.error, run.counts) == ("done", "", {"changed": 3})


def test_what_cannot_be_undone_any_more_says_so(browser, user, people, work_tasks):
    run = done(user, "role:prospect", work_tasks)
    browser.post(f"/many/{run.pk}/undo")
    assert Page(browser.get(f"/many/{run.pk}")).one("#toasts p").text == "This cannot be undone any more."
    assert not stop_run(run)


def test_all_that_match_are_archived_after_a_preview_and_exported_at_once(browser, user, people):
    response = browser.post("/contacts/archive", {"all": "1", "query": "q=an"})
    assert response["Location"] == f"/many/{BulkRun.objects.get().pk}?do=archive"
    assert (chosen(), Contact.objects.for_pro(user.pro).count()) == (["Anna"], 3)
    response = browser.post("/contacts/export-chosen.csv", {"all": "1", "query": "q=an"})
    assert response["Location"] == "/contacts/export.csv?q=an"


def test_the_office_sees_what_was_done(browser, user, other_user, people, work_tasks):
    run = done(user, "role:vendor", work_tasks)
    ContactFactory(pro=other_user.pro)
    foreign = done(other_user, "archive", work_tasks)
    planned(user)
    page = Page(browser.get("/many"))
    assert [(link.text, link["href"]) for link in page.all(".rows a")] == [("Role: Vendor", f"/many/{run.pk}")]
    for url in (f"/many/{foreign.pk}", f"/many/{uuid.uuid4()}"):
        assert browser.get(url).status_code == 404
        for verb in ("stop", "go-on", "undo"):
            assert browser.post(f"{url}/{verb}").status_code == 404


def test_the_audit_has_who_changed_many_and_undid_it(browser, user, people, work_tasks):
    run = undone(done(user, "role:vendor", work_tasks), user, work_tasks)
    kept = AuditEvent.objects.filter(about_kind="contacts.bulkrun").order_by("pk")
    assert list(kept.values_list("kind", "by_user_id", "about_id", "detail", "pro_id")) == [
        (kind, user.pk, str(run.pk), "contacts", user.pro_id) for kind in ("many_changed", "many_undone")
    ]
    page = Page(browser.get("/settings/audit"))
    assert [link["href"] for link in page.all("a") if link.text == "Role: Vendor"] == [f"/many/{run.pk}"] * 2


def test_runs_of_one_action_are_worded_together_in_the_audit(pro, user, django_assert_num_queries):
    row = {"pro": pro, "user": user, "list_name": "contacts", "action": f"assign:{user.pk}"}
    runs = [BulkRun.objects.create(**row) for _number in range(3)]
    # The runs, and the colleagues.
    with django_assert_num_queries(2):
        names = find_names("contacts.bulkrun", pro, [str(run.pk) for run in runs])
    expected = {str(run.pk): ("Assign to: Olive Owner", f"/many/{run.pk}") for run in runs}
    assert {key: tuple(name) for key, name in names.items()} == expected


def test_a_page_whose_run_has_gone_leaves(browser):
    response = browser.get(f"/many/{uuid.uuid4()}", headers={"HX-Request": "true", "HX-Target": "progress"})
    assert response["HX-Redirect"] == "/many"
