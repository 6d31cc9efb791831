"""The run of an import: each row is matched again and imported once, whatever happens to the worker."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from config.jobs import batches
from contacts.book.merging import merge_contacts
from contacts.importing import jobs
from contacts.importing.jobs import start_run
from contacts.models import Contact, ContactEvent, ContactIdentity, ContactImport, ContactNote
from contacts.models.contact_import import prune_imports
from contacts.models.note import ContactNoteQuerySet
from contacts.models.queryset import ContactQuerySet
from tests.factories import ProFactory

from ..imports import checked, imported, outcomes, uploaded

HEAD = "name,email,phone,status,preferred channel,source,referred by,language"
ANNA = f"{HEAD}\nAnna,Anna@example.org,0612345678,applicant,sms,Site,Jan,nl\n"


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


def test_a_row_whose_check_does_not_hold_all_of_it_is_read_again(user, work_tasks):
    """A note may be cut in what the check has stored."""
    contact_import = checked(user, f"name,phone,note\nAnna,0612345678,{'a' * 400}\nBob,0612345679,b\n", work_tasks)
    contact_import.rows.filter(number=3).update(values=["Bob", "123", "b"])
    start_run(contact_import, by=user)
    work_tasks()
    assert outcomes(contact_import) == {2: "create", 3: "refuse"}
    assert ContactNote.objects.values_list("contact__name", "body").get() == ("Anna", "a" * 400)


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


def test_an_exception_in_one_row_does_not_stop_the_others(user, work_tasks, monkeypatch):
    contact_import = checked(user, "name,email\nBad,b@example.org\nGood,g@example.org\n", work_tasks)
    original = ContactQuerySet.store_new

    def fail(contacts, newcomers, **options):
        original(contacts, newcomers, **options)
        if "Bad" in [contact.name for contact, _identities in newcomers]:
            raise RuntimeError("after it was stored")

    monkeypatch.setattr(ContactQuerySet, "store_new", fail)
    start_run(contact_import, by=user)
    work_tasks()
    contact_import.refresh_from_db()
    assert outcomes(contact_import) == {2: "refuse", 3: "create"} and contact_import.counts == {
        "refuse": 1,
        "create": 1,
    }
    assert [contact.name for contact in Contact.objects.all()] == ["Good"]
    assert ContactEvent.objects.get().contact.name == "Good"


def many(count):
    return "name,email,phone\n" + "".join(f"N{n},n{n}@example.org,+336{n:08d}\n" for n in range(count))


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


def test_two_new_rows_of_one_person_make_one_contact_with_the_notes_of_both(user, work_tasks):
    text = "name,email,phone,note\nA,a@example.org,,One\nB,b@example.org,,Two\nA2,,0612345678,Three\n"
    text += "A3,a@example.org,0612345679,Four\nB2,b@example.org,,Two\n"
    contact_import = imported(user, text, work_tasks)
    assert outcomes(contact_import) == {2: "create", 3: "create", 4: "create", 5: "complete", 6: "known"}
    assert sorted(ContactNote.objects.values_list("contact__name", "body")) == [
        ("A", "Four"),
        ("A", "One"),
        ("A2", "Three"),
        ("B", "Two"),
    ]
    created = {row.number: len(row.created.get("notes", [])) for row in contact_import.rows.all()}
    assert created == {2: 1, 3: 1, 4: 1, 5: 1, 6: 0}


def test_a_long_import_hands_over(user, work_tasks, monkeypatch):
    monkeypatch.setattr(jobs, "RUN_BATCH", 7)
    monkeypatch.setattr(batches, "MAX_JOB_TIME", 0)
    contact_import = imported(user, many(20), work_tasks)
    assert (contact_import.done, contact_import.counts, Contact.objects.count()) == (20, {"create": 20}, 20)
    assert [job.task_name for job in DBTaskResult.objects.successful()].count("run_import") == 3


def test_a_batch_that_fails_is_worked_again_as_a_whole(user, work_tasks, monkeypatch):
    contact_import = checked(user, many(10), work_tasks)
    monkeypatch.setattr(jobs, "RUN_BATCH", 4)
    original, calls = ContactImport.save_worked_rows, []

    def fail_once(self, rows):
        calls.append(len(rows))
        if len(calls) == 2:
            raise RuntimeError("in the second batch")
        original(self, rows)

    monkeypatch.setattr(ContactImport, "save_worked_rows", fail_once)
    start_run(contact_import, by=user)
    work_tasks()
    assert Contact.objects.count() == 4
    jobs.run_import.call(str(contact_import.pk))
    contact_import.refresh_from_db()
    assert (contact_import.state, contact_import.counts, calls) == ("done", {"create": 10}, [4, 4, 4, 2])
    assert (Contact.objects.count(), ContactEvent.objects.count()) == (10, 10)


def test_old_imports_are_pruned(user, work_tasks):
    done, waiting = imported(user, ANNA, work_tasks), uploaded(user, ANNA)
    fresh = imported(user, ANNA.replace("Anna@", "Bea@").replace("5678", "5679"), work_tasks)
    old = [done.pk, waiting.pk]
    ContactImport.objects.filter(pk__in=old).update(created_at=timezone.now() - timedelta(days=30, minutes=1))
    prune_imports()
    assert set(ContactImport.objects.all()) == {done, fresh}
    done.refresh_from_db()
    assert (done.is_forgotten, done.headings, done.columns, done.rows.count()) == (True, [], [], 0)
    assert (done.counts, done.total) == ({"create": 1}, 1)
    assert (fresh.rows.count(), Contact.objects.count()) == (1, 2)
    before = list(ContactImport.objects.order_by("pk").values())
    prune_imports()
    assert list(ContactImport.objects.order_by("pk").values()) == before


NOTED = "name,email,note\nAnna,anna@example.org,Has a dog\nBoris,boris@example.org,\nAnna,anna@example.org,Calls late\n"


def notes():
    return sorted(ContactNote.objects.values_list("contact__name", "body", "author"))


def test_notes_are_kept_once_however_often_the_file_is_imported(user, work_tasks):
    contact_import = checked(user, NOTED, work_tasks)
    assert outcomes(contact_import) == {2: "create", 3: "create", 4: "complete"}
    assert contact_import.rows.get(number=4).learnt == {"note": "Calls late"}
    imported(user, NOTED, work_tasks)
    expected = [("Anna", "Calls late", user.pk), ("Anna", "Has a dog", user.pk)]
    assert notes() == expected
    again = checked(user, NOTED, work_tasks)
    assert outcomes(again) == {2: "known", 3: "known", 4: "known"}
    new = imported(user, "name,email,note\nBoris,boris@example.org,Has a cat\n", work_tasks)
    assert outcomes(new) == {2: "complete"} and new.rows.get().learnt == {"note": "Has a cat"}
    assert notes() == [*expected, ("Boris", "Has a cat", user.pk)]


def test_a_note_keeps_its_lines_and_a_too_long_one_is_refused(user, work_tasks):
    text = f'name,email,note\nAnna,anna@example.org,"One\nTwo"\nBoris,boris@example.org,{"x" * 5001}\n'
    contact_import = imported(user, text, work_tasks)
    assert notes() == [("Anna", "One\nTwo", user.pk)]
    [refused] = contact_import.rows.filter(outcome="refuse")
    assert refused.reasons == {"note": "Use at most 5000 characters."}
    assert len(refused.fields["note"]) == 300


def test_a_note_stays_one_after_a_merge(user, pro, work_tasks):
    text = "name,email,note\nAnna,a@example.org,hello\n"
    imported(user, text, work_tasks)
    anna = Contact.objects.get()
    merge_contacts(Contact.objects.register(pro, name="Ann", email="b@example.org"), anna, by=user)
    assert outcomes(checked(user, text, work_tasks)) == {2: "known"}


def test_a_row_that_fails_in_the_middle_leaves_nothing(user, work_tasks, monkeypatch):
    def fail(*args, **more):
        raise RuntimeError

    monkeypatch.setattr(ContactNoteQuerySet, "add_notes", fail)
    contact_import = imported(user, "name,email,note\nAnna,a@example.org,hi\nBoris,b@example.org,\n", work_tasks)
    assert outcomes(contact_import) == {2: "refuse", 3: "create"}
    assert list(Contact.objects.values_list("name")) == [("Boris",)]
    assert ContactEvent.objects.count() == 1


def test_a_failed_import_is_retried_on_request(browser, user, work_tasks):
    contact_import = checked(user, ANNA, work_tasks)
    start_run(contact_import, by=user)
    DBTaskResult.objects.filter(task_path="contacts.importing.jobs.run_import").delete()
    path = f"/contacts/import/{contact_import.pk}"
    assert "Try again now" not in browser.get(path).content.decode()
    ContactImport.objects.update(error="OSError")
    assert f'action="{path}/run"' in browser.get(path).content.decode()
    for _ in range(2):
        assert browser.post(f"{path}/run")["Location"] == path
    assert DBTaskResult.objects.filter(task_path="contacts.importing.jobs.run_import").count() == 1
    work_tasks()
    contact_import.refresh_from_db()
    assert (contact_import.state, Contact.objects.count()) == ("done", 1)


def test_an_import_that_never_ended_is_pruned_too(user, work_tasks):
    contact_import = checked(user, ANNA, work_tasks)
    ContactImport.objects.update(state="running", created_at=timezone.now() - timedelta(days=31))
    prune_imports()
    contact_import.refresh_from_db()
    assert (contact_import.state, contact_import.is_forgotten, contact_import.rows.count()) == ("done", True, 0)
