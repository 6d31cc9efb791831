"""The staff admin of inquiries: reading and classifying."""

from datetime import UTC, datetime
from time import sleep

import pytest
from django.test import Client
from django.utils import timezone

from contacts.book.merging import merge_contacts
from inquiries import linking
from inquiries.models import AllowedMove, FilterOption, Inquiry
from inquiries.pipeline.moves import close_inquiry, link_case, move_inquiry

from ..admin_site import (
    assert_list_is_flat,
    assert_no_regular_expressions,
    assert_tenancy,
    listed,
    page,
    queries,
    staff_client,
)
from ..factories import ContactFactory, InquiryFactory, InquiryTypeFactory, ProFactory
from ..pages import Page
from .inquiry_forms import facts, form, history

pytestmark = pytest.mark.django_db


# --- The admin's manners


def test_another_pros_inquiry_is_404(pro, inquiry_type):
    own, foreign = (
        InquiryFactory(pro=owner, inquiry_type=inquiry_type, subject=str(owner)) for owner in (pro, ProFactory())
    )
    assert_tenancy(own, foreign)
    bound = staff_client("all", pro=pro)
    for name in ("move", "close"):
        assert bound.post(page(foreign, name), {"to": "in_review", "outcome": "completed"}).status_code == 404
    assert history(foreign) == []


def test_staff_without_the_permission_get_403(inquiry):
    # There is no page to delete an inquiry, for nobody.
    client, viewer = staff_client(), staff_client("view_inquiry")
    paths = [page(inquiry, name) for name in ("change", "delete", "history")] + [page(Inquiry, "changelist")]
    assert [client.get(path).status_code for path in paths] == [403] * 4
    assert [viewer.get(path).status_code for path in paths] == [200, 403, 200, 200]
    assert viewer.post(page(inquiry, "change"), form(inquiry)).status_code == 403
    data = {"to": "in_review", "outcome": "completed"}
    posts = [page(inquiry, "move"), page(inquiry, "close")]
    assert [who.post(path, data).status_code for who in (client, viewer) for path in posts] == [403] * 4
    assert [Client().post(path, data).status_code for path in posts] == [302, 302]
    assert history(inquiry) == []
    main = Page(viewer.get(page(inquiry, "change"))).one("#content-main")
    assert main.has("#status-heading") and not main.has("[form=move], [form=close]")


def test_the_list_takes_no_regular_expressions():
    assert_no_regular_expressions(Inquiry, "subject")


def test_the_list_does_not_ask_per_row(staff_browser):
    assert_list_is_flat(staff_browser, InquiryFactory, Inquiry, most=14)


def test_a_page_does_not_ask_per_row_of_its_history(staff_browser, inquiry_type, pro):
    short, long = (InquiryFactory(pro=pro, inquiry_type=inquiry_type) for _ in "ab")
    first, second = inquiry_type.steps.all()[:2]
    AllowedMove.objects.create(from_step=second, to_step=first)
    for _ in range(10):
        move_inquiry(long, to="in_review", by=None)
        move_inquiry(long, to="submitted", by=None)
    queries(staff_browser, page(short, "change"))
    assert queries(staff_browser, page(short, "change")) == queries(staff_browser, page(long, "change")) <= 25


def test_nobody_adds_or_deletes_an_inquiry(staff_browser, inquiry):
    assert staff_browser.get(page(Inquiry, "add")).status_code == 403
    assert staff_browser.post(page(inquiry, "delete"), {"post": "yes"}).status_code == 403
    data = {"action": "delete_selected", "_selected_action": inquiry.pk, "post": "yes"}
    staff_browser.post(page(Inquiry, "changelist"), data)
    assert Inquiry.objects.filter(pk=inquiry.pk).exists()


# --- The list


def test_the_list_is_searched_by_customer_words_and_reference(staff_browser, pro, inquiry_type):
    first = InquiryFactory(pro=pro, inquiry_type=inquiry_type, subject="Rénovation", person={"first_name": "Hélène"})
    second = InquiryFactory(pro=pro, inquiry_type=inquiry_type, subject="Cuisine")
    assert listed(staff_browser, Inquiry) == [second, first]
    assert listed(staff_browser, Inquiry, q="helene renov") == [first]
    assert listed(staff_browser, Inquiry, q=str(second.pk)) == [second]


def test_the_list_is_filtered(staff_browser, pro, inquiry_type):
    plain = InquiryFactory(pro=pro, inquiry_type=inquiry_type, profile_at=timezone.now())
    linked = InquiryFactory(pro=pro, inquiry_type=inquiry_type, profile_at=timezone.now(), case_id=7, priority="high")
    waiting = InquiryFactory(pro=ProFactory(), inquiry_type=InquiryTypeFactory())
    close_inquiry(linked, by=None)
    end = inquiry_type.steps.get(key="closed")
    expected = [
        ({"status__exact": "closed"}, [linked]),
        ({"inquiry_type__id__exact": inquiry_type.pk}, [linked, plain]),
        ({"inquiry_type__id__exact": inquiry_type.pk, "step": end.pk}, [linked]),
        ({"inquiry_type__id__exact": inquiry_type.pk, "step": "9" * 30}, [linked, plain]),
        ({"priority__exact": "high"}, [linked]),
        ({"waiting": "yes"}, [waiting]),
        ({"waiting": "no"}, [linked, plain]),
        ({"case": "yes"}, [linked]),
        ({"case": "no"}, [waiting, plain]),
        ({"case": "x"}, [waiting, linked, plain]),
        ({"pro__id__exact": pro.pk}, [linked, plain]),
    ]
    assert [listed(staff_browser, Inquiry, **query) for query, _ in expected] == [rows for _, rows in expected]


def test_the_most_important_columns_come_first(staff_browser, pro, inquiry_type):
    """The other columns may be hidden beside the filters."""
    seen = {"pro": pro, "inquiry_type": inquiry_type, "created_at": datetime(2025, 11, 6, 10, 30, tzinfo=UTC)}
    named = InquiryFactory(**seen, subject="Kitchen", profile_at=timezone.now(), business={"company": "De Vries BV"})
    waiting = InquiryFactory(**seen, subject="Bath")
    table = Page(staff_browser.get(page(Inquiry, "changelist"))).one("#result_list")
    columns = ["reference", "subject", "full_name", "step", "status", "created", "priority", "pro", "inquiry_type"]
    rest = ["Submitted", "Open", "06/11/2025 10:30", "Normal", str(pro), "Test"]
    rows = [row.all("[class*=field-]") for row in table.all("tbody tr")]
    assert [[cell.classes[0] for cell in row] for row in rows] == [[f"field-{name}" for name in columns]] * 2
    assert [[cell.text for cell in row] for row in rows] == [
        [str(waiting.pk), "Bath", "waiting", *rest],
        [str(named.pk), "Kitchen", "De Vries BV", *rest],
    ]


# --- What staff set


def test_staff_set_a_case_and_sort_the_inquiry(staff_browser, pro, inquiry):
    option, off = FilterOption.objects.create(group="Region", label="North"), FilterOption(group="Region", label="Off")
    off.is_active = False
    off.save()
    contact = ContactFactory(pro=pro)
    before = facts(inquiry)
    data = form(
        inquiry, category="renovation", priority="urgent", case_id=99, contact=contact.pk, filter_options=option.pk
    )
    loot = {"subject": "x", "status": "closed", "step": inquiry.step_id + 1, "pro": ProFactory().pk, "user_id": 1}
    assert staff_browser.post(page(inquiry, "change"), data | loot).status_code == 302
    inquiry.refresh_from_db()
    assert inquiry.responded_at is not None
    assert facts(inquiry) == before | {
        "category": "renovation",
        "priority": "urgent",
        "case_id": 99,
        "contact_id": contact.pk,
        "responded_at": inquiry.responded_at,
    }
    assert list(inquiry.filter_options.all()) == [option]
    response = staff_browser.post(page(inquiry, "change"), form(inquiry, filter_options=off.pk))
    assert list(response.context["adminform"].form.errors) == ["filter_options"]
    assert staff_browser.post(page(inquiry, "change"), form(inquiry, case_id="", contact="")).status_code == 302
    inquiry.refresh_from_db()
    assert (inquiry.case_id, inquiry.contact, list(inquiry.filter_options.all())) == (None, None, [])
    assert history(inquiry) == []


def test_the_address_book_is_held_before_the_inquiry(staff_browser, pro, inquiry, monkeypatch):
    """In the order of a merge, which would deadlock otherwise."""
    held = []
    real_lock, real_book = Inquiry.lock, linking.hold_book
    monkeypatch.setattr(Inquiry, "lock", lambda self: (held.append("inquiry"), real_lock(self))[1])
    monkeypatch.setattr(linking, "hold_book", lambda pro_id: (held.append("book"), real_book(pro_id))[1])
    contact = ContactFactory(pro=pro)
    data = form(inquiry, category="x", case_id=99, contact=contact.pk)
    assert staff_browser.post(page(inquiry, "change"), data).status_code == 302
    assert held == ["book", "inquiry", "inquiry", "inquiry"]


@pytest.mark.django_db(transaction=True)
def test_case_and_contact_beside_a_merge(user, at_once, monkeypatch):
    kept, gone, linked = (ContactFactory(pro=user.pro) for _ in range(3))
    inquiry, client = InquiryFactory(pro=user.pro, contact=gone), staff_client("all")

    def slowly(*args, **more):
        link_case(*args, **more)
        sleep(0.5)

    monkeypatch.setattr("inquiries.admin.inquiries.link_case", slowly)

    def work(number):
        if number:
            sleep(0.2)
            return merge_contacts(kept, gone, by=user)
        return client.post(page(inquiry, "change"), form(inquiry, case_id=99, contact=linked.pk)).status_code

    assert at_once(2, work)[0] == 302
    inquiry.refresh_from_db()
    assert (inquiry.case_id, inquiry.contact) == (99, linked)


def test_values_that_staff_did_not_change_keep_their_current_state(staff_browser, inquiry, monkeypatch):
    option = FilterOption.objects.create(group="Region", label="North")
    real = Inquiry.classify

    def late(self, **facts):
        Inquiry.objects.filter(pk=self.pk).update(priority="urgent")
        self.filter_options.set([option])
        real(self, **facts)

    monkeypatch.setattr(Inquiry, "classify", late)
    assert staff_browser.post(page(inquiry, "change"), form(inquiry, category=" roof ")).status_code == 302
    inquiry.refresh_from_db()
    assert (inquiry.category, inquiry.priority, list(inquiry.filter_options.all())) == ("roof", "urgent", [option])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("case_id", "0"),
        ("case_id", str(2**63)),
        ("case_id", "9" * 400),
        ("case_id", "x"),
        ("priority", "highest"),
        ("category", "x" * 101),
        ("category", "a\0b"),
        ("contact", "9" * 400),
        ("contact", "\0"),
        ("filter_options", "9" * 400),
    ],
)
def test_an_invalid_value_is_refused_beside_its_field(staff_browser, inquiry, name, value):
    before = facts(inquiry)
    response = staff_browser.post(page(inquiry, "change"), form(inquiry, **{name: value}))
    assert list(response.context["adminform"].form.errors) == [name]
    assert facts(inquiry) == before


def test_another_pros_contact_is_no_choice(staff_browser, inquiry):
    response = staff_browser.post(page(inquiry, "change"), form(inquiry, contact=ContactFactory().pk))
    assert list(response.context["adminform"].form.errors) == ["contact"]


def test_a_contact_that_was_archived_stays_linked(staff_browser, staff, pro, inquiry_type):
    contact = ContactFactory(pro=pro)
    inquiry = InquiryFactory(pro=pro, inquiry_type=inquiry_type, contact=contact)
    contact.archive(by=staff)
    assert staff_browser.post(page(inquiry, "change"), form(inquiry, category="x")).status_code == 302
    inquiry.refresh_from_db()
    assert (inquiry.category, inquiry.contact_id) == ("x", contact.pk)


def test_the_second_who_links_a_case_sees_the_first(staff_browser, inquiry, user):
    shown = form(inquiry, case_id=2)
    assert Page(staff_browser.get(page(inquiry, "change"))).one("[name=initial-case_id]").get("value", "") == ""
    link_case(inquiry, 1, by=user)
    refused = staff_browser.post(page(inquiry, "change"), shown)
    assert refused.context["errors"] == [["Somebody changed this while you were editing. It now says: 1"]]
    again = Page(refused)
    fields = {name: again.one(f"[name={name}]")["value"] for name in ("case_id", "initial-case_id")}
    assert fields == {"case_id": "2", "initial-case_id": "1"}
    inquiry.refresh_from_db()
    assert inquiry.case_id == 1
    assert staff_browser.post(page(inquiry, "change"), shown | fields).status_code == 302
    inquiry.refresh_from_db()
    assert inquiry.case_id == 2


def test_a_case_that_staff_leave_as_shown_is_not_put_back(staff_browser, inquiry, user):
    shown = form(inquiry, category="roof")
    link_case(inquiry, 1, by=user)
    assert staff_browser.post(page(inquiry, "change"), shown).status_code == 302
    inquiry.refresh_from_db()
    assert (inquiry.case_id, inquiry.category) == (1, "roof")
