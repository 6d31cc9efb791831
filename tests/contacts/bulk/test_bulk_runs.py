"""One action for many contacts: done by the verb of the single one, stopped, gone on with, undone."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from config.events.kinds import EventType
from config.events.managing import create_endpoint
from config.events.models import Event
from config.jobs import batches
from contacts.bulk import contact_actions, working
from contacts.bulk.working import go_on, start_run, start_undo, stop_run, work_run
from contacts.models import BulkRow, BulkRun, Contact, ContactEvent, ContactIdentity, WaitingItem, bulk_run
from contacts.privacy.erasing import plan_erasure
from tests.factories import ContactFactory, UserFactory

from .runs import done, planned, undone


def rows():
    """The contacts as they are, but for the time of the last change."""
    left_out = {"updated_at"}
    names = [field.attname for field in Contact._meta.concrete_fields if field.attname not in left_out]
    return list(Contact.objects.order_by("pk").values_list(*names))


def held():
    return sorted(ContactIdentity.objects.held().values_list("contact", "channel", "external_id"))


def kinds(contact):
    return list(ContactEvent.objects.filter(contact=contact).values_list("kind", "changes", "user__name"))


def let_wait(contact):
    WaitingItem.objects.add(contact.pro, "message", 1, contact=contact, since=timezone.now(), channel="telegram")


@pytest.fixture
def people(pro):
    return [ContactFactory(pro=pro, name=name, status="prospect") for name in ("Anna", "Bea", "Cora")]


def test_a_field_is_set_and_set_back(user, people, work_tasks):
    people[0].change({"status": "applicant"}, by=user)
    Contact.objects.filter(pk=people[1].pk).update(status="renter")
    before = rows()
    undone(done(user, "status:scheduled", work_tasks), user, work_tasks)
    assert rows() == before
    run = done(user, "status:applicant", work_tasks)
    assert (run.counts, run.total, run.done) == ({"changed": 2, "same": 1}, 3, 3)
    applicants = Contact.objects.filter(status="applicant", applied_at__gte=run.created_at)
    assert applicants.count() == 2
    assert kinds(people[1])[2:] == [("changed", {"status": ["renter", "applicant"]}, user.name)]
    run = undone(run, user, work_tasks)
    assert (run.counts, rows()) == ({"changed": 2, "same": 1, "undo_undone": 2}, before)
    assert kinds(people[1])[3:] == [("changed", {"status": ["applicant", "renter"]}, user.name)]


def test_who_has_the_value_or_is_archived_or_gone_stays(user, people, work_tasks):
    same, archived, gone = people
    Contact.objects.filter(pk=same.pk).update(role="tenant")
    archived.archive(by=None)
    run = planned(user)
    gone.delete()
    assert start_run(run, "role:tenant", by=user)
    work_tasks()
    run.refresh_from_db()
    assert (run.state, run.counts) == ("done", {"same": 1, "archived": 1, "gone": 1})
    assert not start_undo(run, by=user)
    assert kinds(same) == []


def test_people_are_assigned_and_each_is_given_back_to_whose_they_were(user, people, work_tasks):
    colleague = UserFactory(pro=user.pro, name="Colin")
    let_wait(people[0])
    Contact.objects.filter(pk=people[1].pk).update(assigned_to=user, assigned_at=timezone.now())
    before = rows()
    run = done(user, f"assign:{colleague.pk}", work_tasks)
    assert run.counts == {"changed": 3}
    assert set(Contact.objects.values_list("assigned_to__name", flat=True)) == {"Colin"}
    assert set(WaitingItem.objects.values_list("assigned_to__name", flat=True)) == {"Colin"}
    [(_kind, changes, _name)] = kinds(people[1])
    assert changes == {"assigned_to": [[user.pk, user.name], [colleague.pk, "Colin"]]}
    undone(run, user, work_tasks)
    assert rows() == before
    assert set(WaitingItem.objects.values_list("assigned_to", flat=True)) == {None}


def test_a_colleague_who_has_left_is_given_nobody(user, people, work_tasks):
    colleague = UserFactory(pro=user.pro)
    run = planned(user)
    assert start_run(run, f"assign:{colleague.pk}", by=user)
    colleague.is_active = False
    colleague.save()
    work_tasks()
    run.refresh_from_db()
    assert (run.state, run.counts) == ("done", {"failed": 3})
    assert set(Contact.objects.values_list("assigned_to", flat=True)) == {None}


def test_archived_and_restored_with_identities_and_what_waits(user, people, work_tasks):
    let_wait(people[0])
    for person in people:
        person.hold_identities()
    before, identities = rows(), held()
    run = done(user, "archive", work_tasks)
    assert (run.counts, Contact.objects.for_pro(user.pro).count(), held()) == ({"changed": 3}, 0, [])
    assert WaitingItem.objects.get().outcome == "archived"
    assert undone(run, user, work_tasks).counts == {"changed": 3, "undo_undone": 3}
    assert (rows(), held(), WaitingItem.objects.get().outcome) == (before, identities, "")
    run = done(user, "restore", work_tasks)
    assert run.counts == {"present": 3}


def test_whose_erasure_is_planned_is_neither_restored_nor_brought_back_by_an_undo(user, people, work_tasks):
    run = done(user, "archive", work_tasks)
    plan_erasure(people[0], reason="asked", by=user)
    assert done(user, "restore", work_tasks).counts == {"erased": 1, "changed": 2}
    people[1].refresh_from_db()
    people[1].archive(by=user)
    assert undone(run, user, work_tasks).counts == {"changed": 3, "undo_touched": 3}
    assert Contact.objects.for_pro(user.pro).get().name == "Cora"


def test_who_was_changed_since_stays_and_others_go_back(user, people, work_tasks):
    run = done(user, "status:renter", work_tasks)
    # Away and back again is a change too; that of another field is none.
    people[0].change({"status": "scheduled"}, by=None)
    people[0].change({"status": "renter"}, by=None)
    people[1].change({"role": "vendor"}, by=None)
    people[2].archive(by=None)
    run = undone(run, user, work_tasks)
    assert run.counts == {"changed": 3, "undo_touched": 2, "undo_undone": 1}
    assert dict(Contact.objects.values_list("name", "status")) == {
        "Anna": "renter",
        "Bea": "prospect",
        "Cora": "renter",
    }


def test_another_field_is_set_back_beside_what_was_changed_since(user, people, work_tasks):
    run = done(user, "role:vendor", work_tasks)
    people[0].change({"status": "applicant"}, by=user)
    since = Contact.objects.get(pk=people[0].pk).applied_at
    assert undone(run, user, work_tasks).counts == {"changed": 3, "undo_undone": 3}
    people[0].refresh_from_db()
    assert (people[0].role, people[0].status, people[0].applied_at) == ("prospect", "applicant", since)


def test_programs_are_told_of_each(user, people, work_tasks):
    create_endpoint(user.pro, {"url": "https://example.org/hook", "types": [*EventType]}, by=None)
    done(user, "status:renter", work_tasks)
    done(user, "archive", work_tasks)
    told = sorted(Event.objects.values_list("type", "contact_id"))
    ids = sorted(person.pk for person in people)
    assert told == [("contact.deleted", id) for id in ids] + [("contact.updated", id) for id in ids]


def test_one_that_objects_is_left_and_the_others_are_done(user, people, work_tasks, monkeypatch):
    change = Contact.change

    def refuse_bea(self, *args, **kwargs):
        if self.name == "Bea":
            raise ValidationError("no")
        return change(self, *args, **kwargs)

    def together(*args, **kwargs):
        raise ValidationError("no")

    monkeypatch.setattr(Contact, "change", refuse_bea)
    monkeypatch.setattr(contact_actions, "set_field_locked", together)
    run = done(user, "status:renter", work_tasks)
    assert run.counts == {"changed": 2, "failed": 1}
    assert sorted(Contact.objects.values_list("name", "status")) == [
        ("Anna", "renter"),
        ("Bea", "prospect"),
        ("Cora", "renter"),
    ]
    assert undone(run, user, work_tasks).counts == {"changed": 2, "failed": 1, "undo_undone": 2}


def test_stopped_gone_on_with_and_undone_half_way(user, pro, work_tasks, monkeypatch):
    monkeypatch.setattr(working, "batch_size", lambda run: 2)
    for n in range(5):
        ContactFactory(pro=pro, name=f"N{n}")
    before = rows()
    run = planned(user)
    assert not go_on(run, by=user)
    assert not stop_run(run)
    assert start_run(run, "status:renter", by=user)
    assert not start_run(run, "status:renter", by=user)
    assert working._work_batch(str(run.pk), is_last=False)
    assert stop_run(run)
    work_tasks()
    run.refresh_from_db()
    assert (run.state, run.counts, run.left) == ("stopped", {"changed": 2}, 3)
    assert go_on(run, by=user)
    assert working._work_batch(str(run.pk), is_last=False)
    assert stop_run(run)
    assert start_undo(run, by=user)
    assert working._work_batch(str(run.pk), is_last=False)
    assert stop_run(run)
    assert (run.state, run.done, run.phase_total) == ("undo_stopped", 2, 4)
    assert not start_undo(run, by=user)
    assert go_on(run, by=user)
    work_tasks()
    run.refresh_from_db()
    assert (run.state, run.counts, rows()) == ("undone", {"changed": 4, "undo_undone": 4}, before)


def test_a_job_hands_over_to_another_behind_those_of_others(user, people, work_tasks, monkeypatch):
    monkeypatch.setattr(working, "batch_size", lambda run: 1)
    monkeypatch.setattr(batches, "MAX_JOB_TIME", 0)
    monkeypatch.setattr(batches, "PAUSE", 0)
    jobs = []
    monkeypatch.setattr(working, "_enqueue", lambda run: jobs.append(str(run.pk)))
    run = planned(user)
    start_run(run, "status:renter", by=user)
    for count in (1, 2, 3):
        work_run.func(jobs[-1])
        run.refresh_from_db()
        assert (run.done, len(jobs)) == (count, count + 1)
    work_run.func(jobs[-1])
    run.refresh_from_db()
    assert (run.state, len(jobs)) == ("done", 4)


def test_it_stops_when_whoever_began_it_leaves_and_a_colleague_goes_on(user, people, work_tasks):
    colleague = UserFactory(pro=user.pro, name="Colin")
    run = planned(user)
    start_run(run, "status:renter", by=user)
    user.is_active = False
    user.save()
    work_tasks()
    run.refresh_from_db()
    assert (run.state, run.counts) == ("stopped", {})
    assert go_on(run, by=colleague)
    work_tasks()
    run.refresh_from_db()
    assert (run.state, run.counts) == ("done", {"changed": 3})
    assert kinds(people[0])[0][2] == "Colin"


def test_a_plan_is_what_was_chosen_then_and_takes_the_place_of_the_former(user, other_user, people, work_tasks):
    planned(user)
    run = planned(user, rows=Contact.objects.filter(name__in=("Anna", "Bea")))
    ContactFactory(pro=user.pro, name="Ben")
    assert BulkRun.objects.get() == run
    assert start_run(run, "status:renter", by=user)
    work_tasks()
    assert sorted(Contact.objects.filter(status="renter").values_list("name", flat=True)) == ["Anna", "Bea"]
    # Not among those whose rows a plan may hold.
    foreign = ContactFactory(pro=other_user.pro)
    run = planned(user, rows=Contact.objects.filter(pk=foreign.pk))
    assert start_run(run, "status:renter", by=user)
    work_tasks()
    run.refresh_from_db()
    foreign.refresh_from_db()
    assert (run.counts, foreign.status) == ({"gone": 1}, "prospect")


@pytest.mark.parametrize("action", ["", "nonsense", "status:nonsense", "assign:0", "assign:x", "archive:x", "status"])
def test_an_action_that_there_is_not_starts_nothing(user, people, action):
    run = planned(user)
    assert not start_run(run, action, by=user)
    assert BulkRun.objects.get().state == "planned"


def test_nothing_and_too_much_cannot_be_chosen(user, people, monkeypatch):
    monkeypatch.setattr(bulk_run, "MAX_ROWS", 2)
    for rows_, code in ((Contact.objects.none(), "empty"), (Contact.objects.filter(name="x"), "empty"), (None, "many")):
        with pytest.raises(ValidationError) as refused:
            planned(user, rows=rows_)
        assert (refused.value.code, BulkRun.objects.count(), BulkRow.objects.count()) == (code, 0, 0)


def test_rows_are_forgotten_after_their_time_and_plans_after_a_day(user, people, work_tasks):
    run, plan = done(user, "status:renter", work_tasks), planned(user)
    now = timezone.now()
    BulkRun.objects.filter(pk=plan.pk).update(created_at=now - timedelta(days=1, hours=1))
    BulkRun.objects.filter(pk=run.pk).update(created_at=now - timedelta(days=29))
    bulk_run.prune_bulk_runs()
    assert list(BulkRun.objects.values_list("pk", "is_forgotten")) == [(run.pk, False)]
    BulkRun.objects.filter(pk=run.pk).update(created_at=now - timedelta(days=31))
    bulk_run.prune_bulk_runs()
    run.refresh_from_db()
    assert (run.is_forgotten, run.counts, BulkRow.objects.count()) == (True, {"changed": 3}, 0)
    assert not start_undo(run, by=user)
