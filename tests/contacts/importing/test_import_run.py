"""The run of an import: each row is matched again and imported once."""

import pytest
from django_tasks_db.models import DBTaskResult

from config.jobs import batches
from contacts.importing import jobs
from contacts.importing.jobs import start_run
from contacts.models import Contact, ContactEvent, ContactIdentity, ContactImport
from tests.factories import ProFactory

from ..imports import ANNA, HEAD, checked, imported, many, outcomes, uploaded


def test_a_new_contact_as_stored(user, pro, work_tasks):
    contact_import = imported(user, ANNA, work_tasks)
    [contact] = Contact.objects.all()
    assert Contact.objects.values().get() == {
        "id": contact.pk,
        "pro_id": pro.pk,
        "name": "Anna",
        "email": "Anna@example.org",
        "phone": "+33612345678",
        "external_id": "",
        "status": "applicant",
        "role": "prospect",
        "channel_preference": "sms",
        "source": "Site",
        "referral_source": "Jan",
        "language": "nl",
        "applied_at": contact.applied_at,
        "search_text": "anna\nanna@example.org\n+33612345678\n0612345678",
        "reached_by": "",
        "last_message_at": None,
        "last_word_at": None,
        "unread_count": 0,
        "assigned_to_id": None,
        "assigned_at": None,
        "merged_into_id": None,
        "created_at": contact.created_at,
        "updated_at": contact.updated_at,
        "deleted_at": None,
    }
    assert contact.applied_at is not None
    assert sorted(contact.identities.values_list("channel", "external_id")) == [
        ("email", "anna@example.org"),
        ("phone", "+33612345678"),
    ]
    assert list(ContactEvent.objects.values_list("contact", "kind", "changes", "user")) == [
        (contact.pk, "created", {}, user.pk)
    ]
    assert list(contact_import.rows.values_list("outcome", "contact")) == [("create", contact.pk)]
    assert (contact_import.counts, contact_import.done, contact_import.user) == ({"create": 1}, 1, user)
    assert contact_import.started_at < contact_import.finished_at


@pytest.mark.parametrize("language, country, phone", [("fr", "FR", "+33475123456"), ("nl", "BE", "+32475123456")])
def test_defaults_of_source_language_and_country(user, pro, work_tasks, language, country, phone):
    pro.language, pro.country = language, country
    pro.save()
    imported(user, "name,phone\nAnna,0475 12 34 56\n", work_tasks)
    assert Contact.objects.values_list("source", "language", "phone").get() == ("csv_import", language, phone)


def test_a_known_contact_gets_the_missing_values_and_keeps_the_others(user, pro, work_tasks):
    contact = Contact.objects.register(pro, name="Old", email="anna@example.org", source="hand", language="fr")
    contact_import = imported(user, ANNA, work_tasks)
    contact.refresh_from_db()
    assert Contact.objects.count() == 1
    unchanged = (contact.name, contact.email, contact.status, contact.source, contact.language)
    assert unchanged == ("Old", "anna@example.org", "prospect", "hand", "fr")
    gained = (contact.phone, contact.channel_preference, contact.referral_source)
    assert gained == ("+33612345678", "sms", "Jan")
    event = ContactEvent.objects.get(kind="changed")
    assert (event.contact, event.user) == (contact, user)
    assert event.changes == {
        "phone": ["", "+33612345678"],
        "channel_preference": ["", "sms"],
        "referral_source": ["", "Jan"],
    }
    assert outcomes(contact_import) == {2: "complete"} and contact_import.rows.get().contact == contact


def test_the_run_has_the_outcomes_of_the_check(user, pro, work_tasks):
    Contact.objects.register(pro, name="K", email="k@example.org")
    lines = ["A,a@example.org,,,,,,", "K,k@example.org,0611111111,,,,,", "A2,a@example.org,0622222222,,,,,"]
    lines += ["Nobody,,,,,,,", "A3,,0622222222,,sms,,,", "K2,,0611111111,,,,,", "B,b@example.org,0622222222,,,,,"]
    contact_import = checked(user, "\n".join([HEAD, *lines]), work_tasks)
    expected = list(contact_import.rows.order_by("number").values_list("number", "outcome", "learnt", "reasons"))
    counts = contact_import.counts
    start_run(contact_import, by=user)
    work_tasks()
    contact_import.refresh_from_db()
    assert (
        list(contact_import.rows.order_by("number").values_list("number", "outcome", "learnt", "reasons")) == expected
    )
    assert contact_import.counts == counts == {"create": 1, "complete": 3, "known": 2, "refuse": 1}
    assert sorted(Contact.objects.values_list("name", "email", "phone", "channel_preference")) == [
        ("A", "a@example.org", "+33622222222", "sms"),
        ("K", "k@example.org", "+33611111111", ""),
    ]


def test_a_contact_created_since_the_check_is_matched(user, pro, work_tasks):
    contact_import = checked(user, ANNA, work_tasks)
    contact = Contact.objects.register(pro, name="Quick", phone="+33612345678")
    start_run(contact_import, by=user)
    work_tasks()
    contact_import.refresh_from_db()
    assert Contact.objects.get() == contact
    assert (outcomes(contact_import), contact_import.counts) == ({2: "complete"}, {"complete": 1})
    assert ContactIdentity.objects.filter(contact=contact).count() == 2


def test_a_contact_archived_since_the_check_is_created_again(user, pro, work_tasks):
    Contact.objects.register(pro, name="Gone", email="anna@example.org")
    contact_import = checked(user, ANNA, work_tasks)
    Contact.objects.get().archive(by=user)
    start_run(contact_import, by=user)
    work_tasks()
    assert outcomes(contact_import) == {2: "create"}
    assert list(Contact.objects.for_pro(pro).values_list("name", flat=True)) == ["Anna"]


def test_a_refused_row_is_never_imported(user, work_tasks):
    contact_import = checked(user, "name,phone\nAnna,0612345678\nBad,123\n", work_tasks)
    contact_import.rows.filter(number=3).update(values=["Bad", "0612345670"])
    start_run(contact_import, by=user)
    work_tasks()
    contact_import.refresh_from_db()
    assert (outcomes(contact_import), contact_import.counts) == (
        {2: "create", 3: "refuse"},
        {"refuse": 1, "create": 1},
    )


def test_the_run_imports_what_the_check_has_shown(user, pro, work_tasks):
    contact_import = checked(user, "name,phone\nAnna,0475 12 34 56\n", work_tasks)
    pro.country = "BE"
    pro.save()
    start_run(contact_import, by=user)
    work_tasks()
    [row] = contact_import.rows.all()
    assert (row.outcome, row.fields) == ("create", {"name": "Anna", "phone": "+33475123456"})
    assert Contact.objects.values_list("name", "phone").get() == ("Anna", "+33475123456")


def test_another_pros_contact_is_not_touched(user, work_tasks):
    foreign = Contact.objects.register(ProFactory(), name="Foreign", email="anna@example.org")
    before = Contact.objects.values().get()
    imported(user, f"id,{ANNA[: len(HEAD)]}\n{foreign.pk},{ANNA[len(HEAD) + 1 :]}", work_tasks)
    assert Contact.objects.values().get(pk=foreign.pk) == before
    assert Contact.objects.for_pro(user.pro).get().name == "Anna"


def test_a_second_click_imports_once(user, work_tasks):
    contact_import = checked(user, ANNA, work_tasks)
    assert [start_run(contact_import, by=user), start_run(contact_import, by=user)] == [True, False]
    work_tasks()
    assert (start_run(contact_import, by=user), contact_import.discard()) == (False, False)
    work_tasks()
    assert Contact.objects.count() == ContactEvent.objects.count() == 1


@pytest.mark.parametrize("state", ["uploaded", "checking"])
def test_it_does_not_run_before_it_is_checked(user, state):
    contact_import = uploaded(user, ANNA)
    ContactImport.objects.update(state=state)
    assert not start_run(contact_import, by=user)
    assert DBTaskResult.objects.count() == 0


def test_an_import_without_changes_does_not_run(user, work_tasks):
    contact_import = checked(user, "name,email\nAnna,\n", work_tasks)
    assert not start_run(contact_import, by=user)


def test_one_known_by_now_among_many_new_ones_is_completed_and_the_others_are_created(user, pro, work_tasks):
    contact_import = checked(user, many(20), work_tasks)
    contacts = [Contact.objects.register(pro, name=f"K{n}", email=f"n{n}@example.org") for n in (3, 4, 17)]
    start_run(contact_import, by=user)
    work_tasks()
    known = {n + 2: "complete" for n in (3, 4, 17)}
    assert outcomes(contact_import) == {number: known.get(number, "create") for number in range(2, 22)}
    assert {row.contact for row in contact_import.rows.filter(outcome="complete")} == {*contacts}
    assert (Contact.objects.count(), ContactIdentity.objects.count()) == (20, 40)
    events = ContactEvent.objects.filter(user=user).order_by("id").values_list("kind", "contact__email")
    assert list(events) == [("changed" if n in (3, 4, 17) else "created", f"n{n}@example.org") for n in range(20)]


def test_a_long_import_hands_over(user, work_tasks, monkeypatch):
    monkeypatch.setattr(jobs, "RUN_BATCH", 7)
    monkeypatch.setattr(batches, "MAX_JOB_TIME", 0)
    contact_import = imported(user, many(20), work_tasks)
    assert (contact_import.done, contact_import.counts, Contact.objects.count()) == (20, {"create": 20}, 20)
    assert [job.task_name for job in DBTaskResult.objects.successful()].count("run_import") == 3
