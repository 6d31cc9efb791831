"""The demo's inquiries of the last months, with their histories and offers."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise

from django.utils import timezone

from config.accounts.models import Pro, User
from contacts.demo import end_in_demo, settle_in_demo
from contacts.models import Contact, WaitingItem

from ..models import DirectoryUser, FilterOption, Inquiry, InquiryHistory, InquiryType, Offer, PipelineStep
from ..waiting import add_inquiry, add_offer_answer, follow_contact
from .bulk import fill
from .people import DIRECTORY, KNOWN, profile
from .texts import OPTIONS, PRO, SEEDS, Proposal, Seed

SCALES = {"inquiries"}
EARLY = {"close": Inquiry.Status.CLOSED, "cancel": Inquiry.Status.CANCELLED}


def load(pros: list[Pro], rng: random.Random) -> None:
    """Fill the directory and the filter options, and give each demo Pro its inquiries, unless it has some."""
    known = set(DirectoryUser.objects.values_list("userhub_id", flat=True))
    for user in DIRECTORY:
        if user.userhub_id not in known:
            DirectoryUser.objects.create(userhub_id=user.userhub_id, **user.fields)
    for group, labels in OPTIONS.items():
        for place, label in enumerate(labels, start=1):
            FilterOption.objects.get_or_create(group=group, label=label, defaults={"sort_order": place})
    types = {inquiry_type.slug: inquiry_type for inquiry_type in InquiryType.objects.prefetch_related("steps")}
    for pro in pros:
        if not Inquiry.objects.for_pro(pro).exists():
            # Staff may have deleted a shipped type.
            seeds = [seed for seed in SEEDS.get(pro.email, []) if seed.type in types]
            for seed in sorted(seeds, key=lambda seed: -seed.days):
                SeededInquiry(pro, seed, types[seed.type], rng).save()
        _link_contacts(pro)
        # Those of the apps below wait, or are answered, already.
        settle_in_demo(pro)


def userhub_ids() -> list[int]:
    """UserHub ids of the documentation's examples that are in the directory."""
    return list(DirectoryUser.objects.filter(userhub_id__in=KNOWN).values_list("userhub_id", flat=True))


def scale(pro: Pro, counts: dict[str, int], progress: Callable[[str, int], Callable[[int], None]]) -> None:
    """Add `counts["inquiries"]` inquiries with their history, spread over two years."""
    seeds = [seed for seeds in SEEDS.values() for seed in seeds]
    fill(pro, counts["inquiries"], seeds, progress("inquiries", counts["inquiries"]))


class SeededInquiry:
    """One inquiry with its whole history. It bypasses the engine, which would date every move today and send mails; a
    test checks that the engine would have allowed each move."""

    def __init__(self, pro: Pro, seed: Seed, inquiry_type: InquiryType, rng: random.Random) -> None:
        self.pro, self.seed, self.inquiry_type, self.rng = pro, seed, inquiry_type, rng
        self.people = list(pro.users.order_by("pk"))
        self.steps = {step.key: step for step in inquiry_type.steps.all()}
        self.begun_at = timezone.now() - timedelta(days=seed.days, minutes=rng.uniform(0, 5))
        # Key of a step -> time of the last move to it.
        self.times: dict[str, datetime] = {}

    def save(self) -> None:
        """Save the inquiry with its history and offers."""
        course = self._course()
        last, time = course[-1][0], course[-1][2]
        inquiry = Inquiry(
            pro=self.pro,
            inquiry_type=self.inquiry_type,
            step=last,
            status=self._status(last),
            user_id=self.seed.user,
            created_by=self._created_by(),
            created_at=self.begun_at,
            notified_at=self.begun_at,
            moved_at=time,
            updated_at=time,
            responded_at=course[1][2] if len(course) > 1 else None,
            case_id=self.seed.case,
            **{name: getattr(self.seed, name) for name in ("subject", "message", "category", "budget", "priority")},
            source=self.seed.source,
        )
        self._copy_profile(inquiry)
        inquiry.search_text = inquiry.make_search_text()
        inquiry.save(force_insert=True)
        inquiry.filter_options.set(FilterOption.objects.filter(label__in=self.seed.options))
        self._save_history(inquiry, course)
        offers = [self._save_offer(inquiry, offer) for offer in self.seed.offers]
        self._let_wait(inquiry, offers)
        # `auto_now` has set the current time.
        Inquiry.objects.filter(pk=inquiry.pk).update(updated_at=time)

    def _course(self) -> list[tuple[PipelineStep, str, datetime]]:
        """(step, note, time) of each row of the history."""
        first = next(step for step in self.steps.values() if step.is_initial)
        course = [(first, "Inquiry created", self.begun_at)]
        for place, (key, note) in enumerate(self.seed.course, start=1):
            part = (place - self.rng.uniform(0, 0.4)) / len(self.seed.course)
            time = self._during_work(self.begun_at + timedelta(days=self.seed.took * part), course[-1][2])
            step = self._end() if key in EARLY else self.steps[key]
            course.append((step, note, time))
            self.times[key] = time
        return course

    def _during_work(self, time: datetime, previous: datetime) -> datetime:
        """A time of that day between 8:00 and 17:00 UTC, unless it is before `previous` or in the future."""
        adjusted = time.replace(hour=self.rng.randint(8, 16), minute=self.rng.randrange(60))
        return adjusted if previous < adjusted < timezone.now() else time

    def _end(self) -> PipelineStep:
        return [step for step in self.steps.values() if step.is_terminal][-1]

    def _status(self, step: PipelineStep) -> str:
        if step.is_terminal:
            return EARLY.get(self.seed.course[-1][0], Inquiry.Status.CLOSED)
        return Inquiry.Status.OPEN if step.is_initial else Inquiry.Status.IN_PROGRESS

    def _created_by(self) -> int:
        if self.seed.by == PRO and self.people and self.people[0].userhub_id:
            return self.people[0].userhub_id
        return self.seed.user

    def _copy_profile(self, inquiry: Inquiry) -> None:
        """Copy the customer's profile from the directory; an unknown customer's inquiry waits for it."""
        user = DirectoryUser.objects.filter(userhub_id=self.seed.user).first()
        if user is None:
            return
        inquiry.person, inquiry.business = profile(user)
        inquiry.profile_at = self.begun_at
        inquiry.acknowledged_at = self.begun_at + timedelta(seconds=2)

    def _save_history(self, inquiry: Inquiry, course: list[tuple[PipelineStep, str, datetime]]) -> None:
        rows = [self._row(inquiry, None, course[0], None)]
        for before, after in pairwise(course):
            by = self.rng.choice(self.people) if self.people else None
            rows.append(self._row(inquiry, before[0], after, by))
        InquiryHistory.objects.bulk_create(rows)

    @staticmethod
    def _row(
        inquiry: Inquiry, before: PipelineStep | None, after: tuple[PipelineStep, str, datetime], by: User | None
    ) -> InquiryHistory:
        step, note, time = after
        return InquiryHistory(
            inquiry=inquiry,
            from_status=before.key if before else None,
            from_label=before.label if before else "",
            to_status=step.key,
            to_label=step.label,
            changed_by=(by.userhub_id if by else None) if before else inquiry.created_by,
            by_user_id=by.pk if by else None,
            by_name=str(by) if by else "",
            note=note,
            created_at=time,
        )

    def _save_offer(self, inquiry: Inquiry, proposal: Proposal) -> Offer:
        """Save an offer with the times of the course."""
        offer = Offer(inquiry=inquiry, title=proposal.title, text=proposal.text, amount=proposal.amount)
        offer.status = proposal.status
        offer.made_by = self.people[0] if self.people else None
        offer.made_by_name = str(offer.made_by or "")
        offer.created_at = last = self.times["offer_created"]
        if offer.is_draft:
            offer.created_at = last = self.times.get("offer_revised", last)
            offer.valid_until = (timezone.now() + timedelta(days=proposal.days)).date()
        if not offer.is_draft:
            offer.sent_at = offer.mailed_at = last = self.times["offer_sent"]
            offer.valid_until = (last + timedelta(days=proposal.days)).date()
        if proposal.status == Offer.Status.VIEWED or ("offer_viewed" in self.times and not offer.is_draft):
            offer.viewed_at = last = self.times["offer_viewed"]
        if proposal.status in (Offer.Status.ACCEPTED, Offer.Status.DECLINED):
            answers = ("offer_accepted", "in_negotiation", "close")
            offer.answered_at = offer.answer_mailed_at = last = next(
                self.times[key] for key in answers if key in self.times
            )
        offer.save(force_insert=True)
        Offer.objects.filter(pk=offer.pk).update(updated_at=last)
        return offer

    def _let_wait(self, inquiry: Inquiry, offers: list[Offer]) -> None:
        """Let it wait until somebody responded, and an offer's answer until the next move."""
        by, outcome = (self.people[0] if self.people else None), WaitingItem.Outcome.ANOTHER_WAY
        item = add_inquiry(inquiry)
        if inquiry.responded_at:
            end_in_demo(item, outcome, inquiry.responded_at, by=by)
        for offer in offers:
            if offer.answered_at:
                item = add_offer_answer(offer)
                if inquiry.moved_at > offer.answered_at:
                    end_in_demo(item, outcome, inquiry.moved_at, by=by)


def _link_contacts(pro: Pro) -> None:
    """Link the contacts that the submission of the inquiries would have found or created."""
    ids = [user.userhub_id for user in DIRECTORY]
    rows = Inquiry.objects.for_pro(pro).filter(contact=None, user_id__in=ids, profile_at__isnull=False)
    for inquiry in rows.order_by("created_at"):
        person, at = inquiry.person, inquiry.created_at
        contact = Contact.objects.find_or_create(
            pro,
            name=inquiry.full_name,
            email=person["email"],
            phone=person["phone"],
            source="inquiry",
            language=person["language"],
        )
        Inquiry.objects.filter(pk=inquiry.pk).update(contact=contact)
        inquiry.contact = contact
        follow_contact(inquiry)
        # A contact is created with its first message.
        Contact.objects.filter(pk=contact.pk, created_at__gt=at).update(created_at=at, updated_at=at)
        contact.events.filter(created_at__gt=at).update(created_at=at)
