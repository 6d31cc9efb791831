"""In minus ended equals waiting, and nobody is lost, whatever the order of what happens.

Random walks over arrivals, answers, decisions, Later, merges, archives, quarantine and their undoing. After each step
the lists are compared with a model that knows of every item only what happened to it.
"""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from contact_requests.receiving import receive, release, set_aside
from contacts.book.merging import merge_contacts, undo_merge
from contacts.models import Contact, ContactMerge, ContactMessage, WaitingItem
from contacts.waiting.counting import count_later, count_waiting
from contacts.waiting.endings import apply_answer, end_waiting, undo_answer, undo_ending
from contacts.waiting.later import come_back, put_off, wake_items
from contacts.waiting.listing import list_done, list_later, list_waiting
from contacts.waiting.persons import items_of
from inquiries.linking import link_contact
from inquiries.waiting import add_inquiry

from ...factories import InquiryFactory, InquiryTypeFactory, ProFactory, PropertyFactory, UserFactory
from ..messaging import arrive, connect

NAMES = st.sampled_from(["Ana", "Bob", "Cleo"])
NUMBERS = st.integers(0, 5)


class Walk(RuleBasedStateMachine):
    """One Pro's desk. `arrived` is what came in; `can` are rules that find something to do, so that no step is idle."""

    answers = Bundle("answers")

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint._from_testcase = True  # type: ignore[attr-defined]
        self.savepoint.__enter__()
        self.pro = ProFactory()
        self.user = UserFactory(pro=self.pro)
        self.telegram = connect(self.pro, "telegram")
        self.property = PropertyFactory(pro=self.pro)
        self.inquiry_type = InquiryTypeFactory()
        self.arrived: set[tuple[str, str]] = set()
        self.can: set[str] = set()

    @initialize()
    def begin(self):
        for name in ("Ana", "Bob"):
            self.message(name)
        self.visit("Ana", False)
        self.submit_inquiry(0)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    # --- Somebody writes

    @rule(name=NAMES)
    def message(self, name):
        self.arrived.add(("message", str(arrive(self.telegram, who=name).pk)))

    @rule(name=NAMES, is_spam=st.booleans())
    def visit(self, name, is_spam):
        row = receive(
            self.property,
            name=name,
            email=f"{name.lower()}@example.org",
            phone="",
            message="Is it free?",
            language="en",
            quarantine="honeypot" if is_spam else "",
        )
        self.can.add("release" if is_spam else "set_aside")
        if not is_spam:
            self.arrived.add(("request", str(row.pk)))

    @rule(number=NUMBERS)
    def submit_inquiry(self, number):
        contact = self.pick(Contact.objects.for_pro(self.pro), number)
        inquiry = InquiryFactory(pro=self.pro, inquiry_type=self.inquiry_type, contact=contact)
        add_inquiry(inquiry)
        self.arrived.add(("inquiry", str(inquiry.pk)))

    # --- The office answers, decides, and takes it back

    @rule(number=NUMBERS, target=answers)
    def answer(self, number):
        contact = self.pick(Contact.objects.for_pro(self.pro), number)
        if contact is None:
            return None
        message = ContactMessage.objects.create(
            pro=self.pro, contact=contact, channel="telegram", text="Yes", state="scheduled", author=self.user
        )
        end_waiting(contact, "answered", by=self.user, answer=message)
        return message

    @rule(answer=consumes(answers), is_undone=st.booleans())
    def send_or_undo(self, answer, is_undone):
        if answer:
            (undo_answer if is_undone else apply_answer)(answer)

    @rule(number=NUMBERS, outcome=st.sampled_from(["another_way", "no_answer"]))
    def decide(self, number, outcome):
        if person := self.pick_person(number):
            end_waiting(person, outcome, by=self.user)
            self.can.add("undo")

    @precondition(lambda self: "undo" in self.can)
    @rule(number=NUMBERS)
    def undo(self, number):
        if item := self.pick(WaitingItem.objects.for_pro(self.pro).filter(ended_at__isnull=False), number):
            undo_ending(WaitingItem.objects.filter(pk=item.pk))

    @rule(number=NUMBERS, is_due=st.booleans())
    def later(self, number, is_due):
        if person := self.pick_person(number):
            put_off(person, timezone.now() + timedelta(days=1), words="Call", by=self.user)
            if is_due:
                items_of(person).later().update(later_until=timezone.now())
                wake_items()
            else:
                come_back(person)

    @rule(number=NUMBERS)
    def stay_later(self, number):
        if person := self.pick_person(number):
            put_off(person, timezone.now() + timedelta(days=1), by=self.user)

    # --- The book

    @rule(number=NUMBERS)
    def archive(self, number):
        if contact := self.pick(Contact.objects.for_pro(self.pro), number):
            contact.archive(by=self.user)
            self.can.add("restore")

    @precondition(lambda self: "restore" in self.can)
    @rule(number=NUMBERS)
    def restore(self, number):
        if contact := self.pick(Contact.objects.for_pro(self.pro, deleted=True), number):
            contact.restore(by=self.user)

    @rule(number=NUMBERS)
    def merge(self, number):
        contacts = list(Contact.objects.for_pro(self.pro).order_by("created_at", "id"))
        if len(contacts) > 1:
            kept, merged = contacts[number % len(contacts)], contacts[number % len(contacts) - 1]
            merge_contacts(kept, merged, by=self.user)
            self.can.add("undo_last_merge")

    @precondition(lambda self: "undo_last_merge" in self.can)
    @rule()
    def undo_last_merge(self):
        merge = ContactMerge.objects.not_undone().filter(pro=self.pro).order_by("-created_at", "-pk").first()
        if merge and not merge.survivor.deleted_at:
            undo_merge(merge, by=self.user)

    @rule(number=NUMBERS, other=NUMBERS)
    def link(self, number, other):
        if inquiry := self.pick(self.pro.inquiries.all(), number):
            link_contact(inquiry, self.pick(Contact.objects.for_pro(self.pro), other))

    # --- Spam

    @precondition(lambda self: "release" in self.can)
    @rule(number=NUMBERS)
    def release(self, number):
        if row := self.pick(self.pro.contact_requests.filter(quarantined_at__isnull=False), number):
            release(row, by=self.user)
            self.arrived.add(("request", str(row.pk)))

    @precondition(lambda self: "set_aside" in self.can)
    @rule(number=NUMBERS)
    def set_aside(self, number):
        if row := self.pick(self.pro.contact_requests.filter(quarantined_at=None), number):
            set_aside(row, by=self.user)
            self.can.add("release")

    # --- What must hold

    @invariant()
    def in_minus_ended_is_waiting(self):
        rows = WaitingItem.objects.for_pro(self.pro)
        open_items = {(row.kind, row.key) for row in rows.open()}
        ended = {(row.kind, row.key) for row in rows.filter(ended_at__isnull=False)}
        assert {(row.kind, row.key) for row in rows} == self.arrived
        assert self.arrived - ended == open_items
        assert {(item.kind, item.key) for item in list_done(self.pro, size=1000).rows} == ended

    @invariant()
    def every_open_item_belongs_to_somebody_listed(self):
        rows = WaitingItem.objects.for_pro(self.pro)
        for page, items, count in (
            (list_waiting(self.pro, size=1000), rows.listed(), count_waiting(self.pro).all),
            (list_later(self.pro, size=1000), rows.later(), count_later(self.pro)),
        ):
            people = [person.item.contact_id or person.item.pk for person in page.rows]
            assert sorted(map(str, people)) == sorted({str(item.contact_id or item.pk) for item in items})
            assert (sum(person.count for person in page.rows), len(people)) == (items.count(), count)
        # Who is archived or merged is in no list.
        assert not rows.open().filter(contact__deleted_at__isnull=False).exists()

    @invariant()
    def spam_and_archives_are_the_reason_for_their_ends(self):
        rows = WaitingItem.objects.for_pro(self.pro)
        for item in rows.filter(outcome="archived").select_related("contact"):
            assert item.contact.deleted_at
        waiting = rows.open().filter(kind="request").values_list("key", flat=True)
        assert not self.pro.contact_requests.filter(pk__in=list(waiting), quarantined_at__isnull=False).exists()

    def pick(self, rows, number):
        # In the order of their making, as ids are random: a walk can be repeated.
        found = sorted(rows, key=lambda row: (getattr(row, "created_at", None) or row.since, str(row.pk)))
        return found[number % len(found)] if found else None

    def pick_person(self, number):
        """A contact who waits or was put off, or an item of its own."""
        item = self.pick(WaitingItem.objects.for_pro(self.pro).open(), number)
        return item and (item.contact or item)


@pytest.mark.thorough
@pytest.mark.django_db
def test_whatever_happens_in_minus_ended_is_waiting():
    # The same walks in every run; a failing one is not made shorter, which would take minutes.
    bounds = settings(
        max_examples=10,
        stateful_step_count=30,
        derandomize=True,
        phases=[Phase.generate],
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    run_state_machine_as_test(Walk, settings=bounds)
