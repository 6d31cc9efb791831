"""The limit of customers whose profiles a Pro is given, on every path, and the list of who was given whom."""

from datetime import timedelta

import pytest
from django.utils import timezone

from config.accounts.models import ApiToken
from contacts.models import WaitingItem
from inquiries.customers.profiles import fail_forgotten_profiles, resume_withheld_profiles
from inquiries.customers.readings import NOT_A_WRITER, count_room
from inquiries.models import DirectoryUser, Inquiry, ProfileReading
from inquiries.models.inquiry import OVER_LIMIT, UNVERIFIED
from tests.factories import ContactFactory, ProFactory
from tests.pages import Page

PATH = "/api/inquiries"
WORDS = {"subject": "Verbouwing keuken", "message": "Graag een offerte."}
FIRST = 1001


@pytest.fixture
def people(shipped, settings):
    """Five people in the directory; a Pro is given two a day."""
    settings.USERHUB_NEW_CUSTOMERS_PER_DAY = 2
    for id in range(FIRST, FIRST + 5):
        DirectoryUser.objects.create(userhub_id=id, first_name=f"N{id}", email=f"n{id}@example.org")


def send(api, user_id):
    """Submit an inquiry; the reference."""
    response = api.post(PATH, {"user_id": user_id, **WORDS})
    assert response.status_code == 201, response.content
    return response.json()["data"]["inquiry_id"]


def states():
    """The first name and the problem of each inquiry, in their order."""
    return [(row.person.get("first_name", ""), row.profile_problem) for row in Inquiry.objects.order_by("pk")]


def let_wait(contact, key):
    WaitingItem.objects.create(pro=contact.pro, contact=contact, kind="request", key=key, since=timezone.now())


def readings():
    return list(ProfileReading.objects.order_by("pk").values_list("user_id", "inquiry_id", "by_name"))


def test_new_customers_above_the_limit_wait_and_known_ones_do_not(api, pro, people, work_tasks, mailoutbox):
    sent = [send(api, user_id) for user_id in (1001, 1001, 1002, 1003, 1001)]
    given = [("N1001", ""), ("N1001", ""), ("N1002", ""), ("", OVER_LIMIT), ("N1001", "")]
    assert states() == given
    name = ApiToken.objects.get().name
    assert readings() == [(1001, sent[0], name), (1002, sent[2], name)]
    # Another Pro has a number of its own.
    assert count_room(pro) == 0 and count_room(ProFactory()) == 2
    # A job of the inquiry and the hourly look for forgotten ones leave it as it is.
    work_tasks()
    resume_withheld_profiles()
    fail_forgotten_profiles()
    work_tasks()
    assert states() == given
    assert "n1003@example.org" not in {mail.to[0] for mail in mailoutbox}

    ProfileReading.objects.filter(user_id=1001).update(created_at=timezone.now() - timedelta(days=1))
    resume_withheld_profiles()
    work_tasks()
    assert states()[3] == ("N1003", "")
    assert readings()[-1] == (1003, sent[3], "")
    assert mailoutbox[-1].to == ["n1003@example.org"]


def test_the_worker_that_asks_again_keeps_the_limit(api, pro, people, work_tasks, settings):
    settings.USERHUB_NEW_CUSTOMERS_PER_DAY = 0
    waiting = [send(api, user_id) for user_id in range(FIRST, FIRST + 4)]
    settings.USERHUB_NEW_CUSTOMERS_PER_DAY = 2
    # The oldest first, no more than there is room for.
    resume_withheld_profiles()
    work_tasks()
    assert states() == [("N1001", ""), ("N1002", ""), ("", OVER_LIMIT), ("", OVER_LIMIT)]
    assert [row[1] for row in readings()] == waiting[:2]


def test_a_person_cannot_ask_past_the_limit(browser, api, people, work_tasks):
    waiting = [send(api, user_id) for user_id in (1001, 1002, 1003)][-1]
    assert browser.post(f"/inquiries/{waiting}/profile").status_code == 302
    work_tasks()
    assert states()[-1] == ("", OVER_LIMIT)
    section = Page(browser.get(f"/inquiries/{waiting}")).one("#customer").text
    assert OVER_LIMIT in section and "only when you retry" not in section


def test_an_unverified_pro_is_given_nobody(api, pro, people, work_tasks):
    pro.cni_required = True
    pro.save()
    send(api, 1001)
    # Not even whether somebody is there.
    send(api, 999_999)
    work_tasks()
    resume_withheld_profiles()
    work_tasks()
    assert states() == [("", UNVERIFIED)] * 2 and readings() == []

    pro.cni_verified_at = timezone.now()
    pro.save()
    resume_withheld_profiles()
    work_tasks()
    assert states() == [("N1001", ""), ("", "UserHub knows no user of this id.")]


def test_look_ups_count(browser, user, api, people):
    def look_up(user_id):
        return Page(browser.get("/inquiries/new/customer", {"user_id": user_id})).one("#who").text

    assert "N1001" in look_up(1001) and "N1001" in look_up(1001) and "N1002" in look_up(1002)
    assert readings() == [(1001, None, str(user)), (1002, None, str(user))]
    refused = look_up(1003)
    assert OVER_LIMIT in refused and "N1003" not in refused
    send(api, 1003)
    send(api, 1001)
    assert states() == [("", OVER_LIMIT), ("N1001", "")]


def test_only_people_who_wrote(api, pro, people, settings, work_tasks):
    settings.USERHUB_ONLY_WRITERS = True
    ContactFactory(pro=pro, email="n1001@example.org")
    writer = ContactFactory(pro=pro, email="N1002@example.org")
    let_wait(writer, 1)
    elsewhere = ContactFactory(pro=ProFactory(), email="n1003@example.org")
    let_wait(elsewhere, 2)
    for user_id in (1001, 1002, 1003):
        send(api, user_id)
    work_tasks()
    assert states() == [("", NOT_A_WRITER), ("N1002", ""), ("", NOT_A_WRITER)]
    assert [row[0] for row in readings()] == [1002]


def test_staff_see_who_was_given_whom(staff_browser, api, pro, people):
    reference = send(api, 1001)
    page = Page(staff_browser.get("/admin/inquiries/profilereading/"))
    row = page.one("#result_list tbody tr")
    assert [row.one(f".field-{name}").text for name in ("user_id", "pro", "inquiry_id", "by_name")] == [
        "1001",
        str(pro),
        str(reference),
        ApiToken.objects.get().name,
    ]
    pk = ProfileReading.objects.get().pk
    assert staff_browser.post(f"/admin/inquiries/profilereading/{pk}/delete/", {"post": "yes"}).status_code == 403
    assert ProfileReading.objects.count() == 1
