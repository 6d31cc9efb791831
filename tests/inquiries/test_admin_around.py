"""The staff admin of filter options, the directory, and history that is not shared yet."""

import pytest
from django_tasks_db.models import DBTaskResult

from inquiries.models import DirectoryUser, FilterOption, InquiryHistory, UnsharedHistory
from inquiries.pipeline.moves import move_inquiry

from ..admin_site import (
    assert_list_is_flat,
    assert_no_regular_expressions,
    assert_permissions,
    listed,
    page,
    shown,
    staff_client,
)
from ..factories import InquiryFactory
from ..pages import Page

pytestmark = pytest.mark.django_db


def make_option(number=None):
    return FilterOption.objects.create(group="Region", label=f"North {FilterOption.objects.count()}")


def make_person(number=None):
    return DirectoryUser.objects.create(userhub_id=DirectoryUser.objects.count() + 1, first_name="Ann")


def make_unshared(number=None):
    entry = InquiryHistory.objects.get(inquiry=InquiryFactory())
    return UnsharedHistory.objects.create(entry=entry, error="The package is away.")


MAKERS = {FilterOption: make_option, DirectoryUser: make_person}
FIELDS = {FilterOption: "label", DirectoryUser: "email", UnsharedHistory: "error"}


@pytest.mark.parametrize("model", MAKERS)
def test_staff_without_the_permission_get_403(model):
    assert_permissions(MAKERS[model]())


def test_rubbish_in_the_address_of_what_is_still_to_be_shared_is_no_fault(staff_browser):
    make_unshared()
    path = page(UnsharedHistory, "changelist")
    for rest in ("%00", "9" * 40, "x", "%ff", "a'b"):
        response = staff_browser.get(f"{path}{rest}/change/")
        assert Page(response, 404).one("h1").text == "There is nothing here"
    for query in ({"q": "\0"}, {"q": "9" * 400}, {"entry__in": "9" * 400}, {"error": "\0"}):
        assert staff_browser.get(path, query).status_code in (200, 302)
    assert UnsharedHistory.objects.count() == len(listed(staff_browser, UnsharedHistory)) == 1


@pytest.mark.parametrize("model", FIELDS)
def test_the_lists_take_no_regular_expressions(model):
    assert_no_regular_expressions(model, FIELDS[model])


@pytest.mark.parametrize("model", FIELDS)
def test_no_list_asks_per_row(staff_browser, model):
    assert_list_is_flat(staff_browser, (MAKERS | {UnsharedHistory: make_unshared})[model], model)


def test_staff_edit_the_filter_options(staff_browser):
    data = {"group": "Region", "label": "North", "is_active": "on", "sort_order": 1}
    assert staff_browser.post(page(FilterOption, "add"), data).status_code == 302
    option = FilterOption.objects.get()
    assert str(option) == "Region: North"
    again = staff_browser.post(page(FilterOption, "add"), data)
    assert again.context["errors"] == [["Filter option with this Group and Label already exists."]]
    staff_browser.post(page(option, "change"), data | {"is_active": ""})
    assert FilterOption.objects.values_list("label", "is_active").get() == ("North", False)


PERSON = {
    "userhub_id": "456",
    "first_name": "Jan",
    "last_name": "de Vries",
    "email": "jan@example.com",
    "phone": "+31612345678",
    "language": "nl",
    "street": "Kade 1",
    "postal_code": "9711 AA",
    "city": "Groningen",
    "country": "NL",
    "company": "De Vries BV",
    "vat_number": "NL001",
    "business_street": "Kade 2",
    "business_postal_code": "9711 AB",
    "business_city": "Groningen",
    "business_country": "NL",
    "invoice_email": "post@example.com",
    "invoice_street": "Kade 3",
    "invoice_postal_code": "9711 AC",
    "invoice_city": "Groningen",
    "invoice_country": "NL",
}


def test_staff_edit_the_directory(staff_browser):
    assert staff_browser.post(page(DirectoryUser, "add"), PERSON).status_code == 302
    row = DirectoryUser.objects.values().get()
    row.pop("id")
    assert row == PERSON | {"userhub_id": 456}
    headings = Page(staff_browser.get(page(DirectoryUser, "add"))).texts(".fieldset-heading")
    assert headings == ["Person", "Business", "Invoice"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("userhub_id", "0"),
        ("userhub_id", "-1"),
        ("userhub_id", str(2**63)),
        ("userhub_id", "9" * 400),
        ("userhub_id", "x"),
        ("email", "nobody"),
        ("first_name", "a\0b"),
        ("company", "x" * 201),
    ],
)
def test_a_refused_file_shows_the_reason(staff_browser, name, value):
    response = staff_browser.post(page(DirectoryUser, "add"), PERSON | {name: value})
    assert response.status_code == 200
    assert len(response.context["errors"]) == 1
    assert not DirectoryUser.objects.exists()


def test_the_directory_is_searched(staff_browser):
    DirectoryUser.objects.create(userhub_id=1, company="Bakker BV")
    jan = DirectoryUser.objects.create(userhub_id=456, first_name="Jan", last_name="de Vries")
    assert listed(staff_browser, DirectoryUser, q="jan vries") == [jan]
    assert listed(staff_browser, DirectoryUser, q="456") == [jan]


def test_history_still_to_be_shared_is_read_with_its_error(staff_browser):
    waiting = make_unshared()
    table = Page(staff_browser.get(page(UnsharedHistory, "changelist"))).one("#result_list")
    assert table.texts("td.field-inquiry") == [str(waiting.entry.inquiry_id)]
    assert "The package is away." in table.text
    client = staff_client("all")
    paths = [page(waiting, "delete"), page(UnsharedHistory, "add")]
    assert [client.get(path).status_code for path in paths] == [403, 403]
    client.post(page(waiting, "change"), {"error": "x"})
    assert UnsharedHistory.objects.values_list("error").get() == ("The package is away.",)


@pytest.fixture
def shared_rows():
    """The keys of three waiting entries: two of one inquiry, one of another."""
    first, second = InquiryFactory(), InquiryFactory()
    move_inquiry(first, to="in_review", by=None)
    entries = InquiryHistory.objects.filter(inquiry__in=[first, second])
    return [UnsharedHistory.objects.create(entry=entry).pk for entry in entries]


def test_the_worker_tries_again_for_each_inquiry_once(staff_browser, shared_rows):
    path, data = page(UnsharedHistory, "changelist"), {"action": "try_again", "_selected_action": shared_rows}
    response = staff_browser.post(path, data, follow=True)
    assert shown(response) == ["The worker tries again."]
    inquiries = sorted(set(InquiryHistory.objects.values_list("inquiry", flat=True)))
    jobs = [(job.task_path, job.args_kwargs["args"], job.status) for job in DBTaskResult.objects.all()]
    assert sorted(jobs) == [("inquiries.history.sharing.share", [id], "READY") for id in inquiries]
    assert len(inquiries) == 2


@pytest.mark.parametrize("permissions", [[], ["view_unsharedhistory"]])
def test_staff_without_permission_retry_nothing(shared_rows, permissions):
    client, path = staff_client(*permissions), page(UnsharedHistory, "changelist")
    response = client.post(path, {"action": "try_again", "_selected_action": shared_rows})
    assert (response.status_code, DBTaskResult.objects.count()) == (200 if permissions else 403, 0)
    if permissions:
        changelist = Page(client.get(path)).one("#changelist-form")
        assert changelist.has("#result_list") and not changelist.has("option[value=try_again]")
