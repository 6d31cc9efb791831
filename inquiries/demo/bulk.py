"""Hundreds of thousands of inquiries with histories, for measuring the product at scale."""

import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import batched, pairwise
from typing import Any

from django.db import transaction
from django.utils import timezone

from config.accounts.models import Pro
from contacts.demo import FIRST, LAST
from contacts.models import Contact

from ..models import Inquiry, InquiryHistory, InquiryType, PipelineStep
from ..pipeline.moves import coarse_status
from .texts import Seed

BATCH = 5_000
CUSTOMERS = 20_000  # at most so many different customers
FIRST_ID = 1_000_000  # their UserHub ids start here, far from those of the directory
DAY = 86_400

Customer = tuple[int, dict[str, Any], Contact | None]
Course = list[tuple[PipelineStep, datetime]]


def fill(pro: Pro, total: int, seeds: Sequence[Seed], advance: Callable[[int], None]) -> None:
    """Add `total` inquiries over two years: most of the old ones closed, the new ones on any step."""
    rng = random.Random(f"inquiries:{Inquiry.objects.for_pro(pro).count()}")  # noqa: S311
    customers = _customers(pro, min(CUSTOMERS, total // 3 + 1), rng)
    types = {
        inquiry_type.slug: inquiry_type
        for inquiry_type in InquiryType.objects.filter(is_active=True).prefetch_related("steps")
    }
    usable = [seed for seed in seeds if seed.type in types]
    by: dict[str, Any] = {"by_user_id": None, "by_name": "", "changed_by": None}
    if user := pro.users.order_by("pk").first():
        by = {"by_user_id": user.pk, "by_name": str(user), "changed_by": user.userhub_id}
    for numbers in batched(range(total if usable else 0), BATCH):
        made = [_make_inquiry(pro, rng.choice(customers), rng.choice(usable), types, rng) for _ in numbers]
        with transaction.atomic():
            Inquiry.objects.bulk_create([row for row, _course in made])
            history = [entry for row, course in made for entry in _history(row, course, by)]
            InquiryHistory.objects.bulk_create(history, batch_size=BATCH)
        advance(len(made))


def _customers(pro: Pro, count: int, rng: random.Random) -> list[Customer]:
    """The Pro's contacts, then invented people."""
    known = Contact.objects.for_pro(pro).exclude(email="").order_by("-pk")[:count]
    customers: list[Customer] = []
    for number, contact in enumerate(known):
        first, _, last = contact.name.partition(" ")
        customers.append(
            (FIRST_ID + number, _person_fields(first, last, contact.email, contact.phone, contact.language), contact)
        )
    for number in range(len(customers), count):
        first, last = rng.choice(FIRST), rng.choice(LAST)
        customers.append(
            (FIRST_ID + number, _person_fields(first, last, f"customer{number}@example.org", "", "fr"), None)
        )
    return customers


def _person_fields(first: str, last: str, email: str, phone: str, language: str) -> dict[str, Any]:
    address = dict.fromkeys(("street", "postal_code", "city", "country"), "")
    names = {"first_name": first, "last_name": last, "email": email, "phone": phone, "language": language}
    return {**names, "address": address}


def _make_inquiry(
    pro: Pro, customer: Customer, seed: Seed, types: dict[str, InquiryType], rng: random.Random
) -> tuple[Inquiry, Course]:
    user_id, person, contact = customer
    age = rng.uniform(0, 2 * 365)
    begun_at = timezone.now() - timedelta(days=age)
    inquiry_type = types[seed.type]
    course, is_cancelled = _course(list(inquiry_type.steps.all()), begun_at, age, rng)
    step, time = course[-1]
    at_end = Inquiry.Status.CANCELLED if is_cancelled else Inquiry.Status.CLOSED
    row = Inquiry(
        pro=pro,
        inquiry_type=inquiry_type,
        step=step,
        status=coarse_status(step, at_end),
        user_id=user_id,
        created_by=user_id,
        subject=seed.subject,
        message=seed.message,
        category=seed.category,
        budget=seed.budget,
        priority=rng.choices(Inquiry.Priority.values, [2, 12, 4, 1])[0],
        source=seed.source,
        case_id=rng.randrange(10_000, 60_000) if rng.random() < 0.15 else None,
        contact=contact,
        person=person,
        profile_at=begun_at,
        acknowledged_at=begun_at,
        notified_at=begun_at,
        moved_at=time,
        responded_at=course[1][1] if len(course) > 1 else None,
        created_at=begun_at,
        updated_at=time,
    )
    row.search_text = row.make_search_text()
    return row, course


def _course(steps: list[PipelineStep], begun_at: datetime, age: float, rng: random.Random) -> tuple[Course, bool]:
    """The visited steps with their times, and True if it was cancelled. Few inquiries visit every step."""
    end, ends = len(steps) - 1, rng.random() < (0.9 if age > 60 else 0.2)
    reached = min(int(rng.expovariate(0.5)), end - 1)
    passed = steps[: reached + 1]
    if ends:
        passed = steps if rng.random() < 0.1 else [*passed, steps[-1]]
    pace = min(age, 90) * DAY / (len(passed) + 1)
    course = [(step, begun_at + timedelta(seconds=pace * place)) for place, step in enumerate(passed)]
    return course, ends and rng.random() < 0.1


def _history(row: Inquiry, course: Course, by: dict[str, Any]) -> list[InquiryHistory]:
    step, time = course[0]
    first = InquiryHistory(
        inquiry=row,
        to_status=step.key,
        to_label=step.label,
        changed_by=row.created_by,
        note="Inquiry created",
        created_at=time,
    )
    moves = [
        InquiryHistory(
            inquiry=row,
            from_status=before.key,
            from_label=before.label,
            to_status=after.key,
            to_label=after.label,
            created_at=at,
            **by,
        )
        for (before, _), (after, at) in pairwise(course)
    ]
    return [first, *moves]
