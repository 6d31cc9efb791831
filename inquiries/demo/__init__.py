"""The demo's inquiries: what customers asked over the last months, and how far each has come."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise

from django.utils import timezone

from config.accounts.models import Pro, User
from contacts.models import Contact

from ..models import DirectoryUser, FilterOption, Inquiry, InquiryHistory, InquiryType, Offer, PipelineStep
from .bulk import fill
from .people import DIRECTORY, KNOWN, profile
from .texts import ASKS, OPTIONS, PRO, Ask, Proposal

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
    types = {kind.slug: kind for kind in InquiryType.objects.prefetch_related("steps")}
    for pro in pros:
        if not Inquiry.objects.for_pro(pro).exists():
            # Staff may have taken a shipped type away.
            asks = [ask for ask in ASKS.get(pro.email, []) if ask.type in types]
            for ask in sorted(asks, key=lambda ask: -ask.days):
                Story(pro, ask, types[ask.type], rng).tell()
        _link_contacts(pro)


def userhub_ids() -> list[int]:
    """Those that the documents speak of, as far as the directory knows them."""
    return list(DirectoryUser.objects.filter(userhub_id__in=KNOWN).values_list("userhub_id", flat=True))


def scale(pro: Pro, counts: dict[str, int], progress: Callable[[str, int], Callable[[int], None]]) -> None:
    """Add `counts["inquiries"]` inquiries with their history, spread over two years."""
    asks = [ask for asks in ASKS.values() for ask in asks]
    fill(pro, counts["inquiries"], asks, progress("inquiries", counts["inquiries"]))


class Story:
    """One inquiry as it would stand by now. It does not go through the engine, which would date every move today and
    send old mail again; a test holds that the engine would have allowed each move."""

    def __init__(self, pro: Pro, ask: Ask, kind: InquiryType, rng: random.Random) -> None:
        self.pro, self.ask, self.kind, self.rng = pro, ask, kind, rng
        self.people = list(pro.users.order_by("pk"))
        self.steps = {step.key: step for step in kind.steps.all()}
        self.begun_at = timezone.now() - timedelta(days=ask.days, minutes=rng.uniform(0, 5))
        # When it came to stand on each step last.
        self.times: dict[str, datetime] = {}

    def tell(self) -> None:
        """Store the inquiry with its history and its offers."""
        course = self._course()
        last, time = course[-1][0], course[-1][2]
        inquiry = Inquiry(
            pro=self.pro,
            inquiry_type=self.kind,
            step=last,
            status=self._status(last),
            user_id=self.ask.user,
            created_by=self._created_by(),
            created_at=self.begun_at,
            notified_at=self.begun_at,
            moved_at=time,
            updated_at=time,
            responded_at=course[1][2] if len(course) > 1 else None,
            case_id=self.ask.case,
            **{name: getattr(self.ask, name) for name in ("subject", "message", "category", "budget", "priority")},
            source=self.ask.source,
        )
        self._copy_profile(inquiry)
        inquiry.search_text = inquiry.make_search_text()
        inquiry.save(force_insert=True)
        inquiry.filter_options.set(FilterOption.objects.filter(label__in=self.ask.options))
        self._write_history(inquiry, course)
        for offer in self.ask.offers:
            self._propose(inquiry, offer)
        # Whatever is saved by a model is of now; this is of then.
        Inquiry.objects.filter(pk=inquiry.pk).update(updated_at=time)

    def _course(self) -> list[tuple[PipelineStep, str, datetime]]:
        """(step, note, time) of each row of the history."""
        first = next(step for step in self.steps.values() if step.is_initial)
        found = [(first, "Inquiry created", self.begun_at)]
        for place, (key, note) in enumerate(self.ask.course, start=1):
            part = (place - self.rng.uniform(0, 0.4)) / len(self.ask.course)
            time = self._at_work(self.begun_at + timedelta(days=self.ask.took * part), found[-1][2])
            step = self._end() if key in EARLY else self.steps[key]
            found.append((step, note, time))
            self.times[key] = time
        return found

    def _at_work(self, time: datetime, previous: datetime) -> datetime:
        """That day between eight and five, UTC, where that is neither before what went before nor still to come."""
        wanted = time.replace(hour=self.rng.randint(8, 16), minute=self.rng.randrange(60))
        return wanted if previous < wanted < timezone.now() else time

    def _end(self) -> PipelineStep:
        return [step for step in self.steps.values() if step.is_terminal][-1]

    def _status(self, step: PipelineStep) -> str:
        if step.is_terminal:
            return EARLY.get(self.ask.course[-1][0], Inquiry.Status.CLOSED)
        return Inquiry.Status.OPEN if step.is_initial else Inquiry.Status.IN_PROGRESS

    def _created_by(self) -> int:
        if self.ask.by == PRO and self.people and self.people[0].userhub_id:
            return self.people[0].userhub_id
        return self.ask.user

    def _copy_profile(self, inquiry: Inquiry) -> None:
        """The customer as the directory knows them; who is not in it is still waited for."""
        user = DirectoryUser.objects.filter(userhub_id=inquiry.user_id).first()
        if user is None:
            return
        inquiry.person, inquiry.business = profile(user)
        inquiry.profile_at = self.begun_at
        inquiry.acknowledged_at = self.begun_at + timedelta(seconds=2)

    def _write_history(self, inquiry: Inquiry, course: list[tuple[PipelineStep, str, datetime]]) -> None:
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

    def _propose(self, inquiry: Inquiry, proposal: Proposal) -> None:
        """Store an offer with the times that the course gives it."""
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


def _link_contacts(pro: Pro) -> None:
    """Give the demo's inquiries the contacts that their submission would have found or made."""
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
        # A contact is as old as the first message.
        Contact.objects.filter(pk=contact.pk, created_at__gt=at).update(created_at=at, updated_at=at)
        contact.events.filter(created_at__gt=at).update(created_at=at)
