"""Several contacts at once, chosen in the list: archived, restored, exported."""

from contacts.models import Contact
from tests.factories import ContactFactory
from tests.pages import Page

ARCHIVE, EXPORT = "/contacts/archive", "/contacts/export-chosen.csv"


def present(pro):
    return sorted(Contact.objects.for_pro(pro).values_list("name", flat=True))


def test_the_chosen_are_archived_and_a_toast_restores_them(browser, pro):
    rows = [ContactFactory(pro=pro, name=name) for name in ("Anna", "Bea", "Cora")]
    page = Page(browser.get("/contacts?q=a"))
    assert page.values("tbody input", "value") == [str(row.pk) for row in reversed(rows)]
    assert page.values("tbody input", "aria-label") == ["Choose Cora", "Choose Bea", "Choose Anna"]
    chosen = [str(row.pk) for row in rows[:2]]
    response = browser.post(ARCHIVE, {"contact": [*chosen, chosen[0]], "query": "q=a"})
    assert (response["Location"], present(pro)) == ("/contacts?q=a", ["Cora"])
    toast = Page(browser.get(response["Location"])).one("#toasts .toast")
    assert toast.one("p").text == "2 contacts are archived."
    assert browser.post(toast.form().action)["Location"] == "/contacts"
    assert present(pro) == ["Anna", "Bea", "Cora"]
    assert Page(browser.get("/contacts")).one("#toasts p").text == "2 contacts are restored."


def test_archived_ones_and_those_of_others_stay_as_they_are(browser, other_user, pro):
    gone, foreign = ContactFactory(pro=pro, name="Gone"), ContactFactory(pro=other_user.pro, name="Foreign")
    gone.archive(by=None)
    at = Contact.objects.for_pro(pro, deleted=True).get().deleted_at
    ids = [gone.pk, foreign.pk, "nonsense", "\x00", ""]
    response = browser.post(ARCHIVE, {"contact": ids, "query": "//elsewhere.example"})
    assert response["Location"].startswith("/contacts?")
    assert Page(browser.get("/contacts")).one("#toasts p").text == "No contact was chosen."
    assert Contact.objects.for_pro(pro, deleted=True).get().deleted_at == at
    assert present(other_user.pro) == ["Foreign"]
    browser.post(f"/contacts/restore?contact={foreign.pk}&contact=x")
    assert Page(browser.get("/contacts")).one("#toasts p").text == "0 contacts are restored."


def test_only_the_chosen_are_exported(browser, other_user, pro):
    rows = [ContactFactory(pro=pro, name=name) for name in ("Anna", "Bea", "Cora")]
    foreign = ContactFactory(pro=other_user.pro, name="Foreign")
    rows[0].archive(by=None)
    response = browser.post(EXPORT, {"contact": [rows[0].pk, rows[2].pk, foreign.pk]})
    lines = b"".join(response.streaming_content).decode().splitlines()
    assert response["Content-Disposition"].startswith('attachment; filename="contacts-')
    assert [line.split(",")[1] for line in lines[1:]] == ["Cora", "Anna"]
