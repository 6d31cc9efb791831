"""Limit whose profiles a Pro is given, so that nobody copies UserHub's directory by submitting one id after another.

A customer is new to a Pro until it was given their profile. Of new ones it gets USERHUB_NEW_CUSTOMERS_PER_DAY, and none
before its identity is verified; their inquiries are accepted and wait, see `profiles.resume_withheld_profiles`.
"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext_noop

from config.accounts.models import ApiToken, Pro, User
from config.audit.kinds import Kind
from config.audit.recording import record_event
from config.saving import insert_missing
from config.web.compiled import Compiled, Question
from config.web.together import UNASKED, Answers
from contacts.models import Contact, WaitingItem

from ..models import ProfileReading
from ..models.inquiry import OVER_LIMIT, UNVERIFIED
from . import userhub
from .userhub import Profile

DAY = timedelta(days=1)
# Stored in English and translated when shown, so the text must not change.
NOT_A_WRITER = gettext_noop("This person has not written to you, so their profile is not shown.")


class WithheldProfileError(Exception):
    """The Pro is not given this profile now; the text is the reason, in English."""


_KNOWN = Compiled(
    lambda pro_id, user_id: ProfileReading.objects.filter(pro_id=pro_id, user_id=user_id).values_list("pk"),
    keeps_plan=True,
)
_COUNT = Compiled(
    lambda pro_id, since: (
        ProfileReading.objects.filter(pro_id=pro_id, created_at__gt=since)
        .order_by()
        .values("pro_id")
        .annotate(count=Count("pk"))
        .values_list("count")
    ),
    keeps_plan=True,
)


def count_room(pro: Pro) -> int:
    """Count the new customers whose profiles the Pro may still be given."""
    row = _COUNT.first(pro.pk, timezone.now() - DAY)
    return max(settings.USERHUB_NEW_CUSTOMERS_PER_DAY - (row[0] if row else 0), 0)


def ask_profile(pro: Pro, user_id: int) -> list[Question[Any]]:
    """The questions of `read_profile`, to be asked together with others."""
    return [_KNOWN.question(pro.pk, user_id), *userhub.ask_directory(user_id)]


def read_profile(pro: Pro, user_id: int, *, in_job: bool = False, answers: Answers = UNASKED) -> tuple[Profile, bool]:
    """Read a profile that the Pro may be given, with True for a new customer: `record_reading` follows then.

    Raises WithheldProfileError, and as `userhub.fetch_profile` does. Those that ask at the same moment may get one each
    above the limit.
    """
    if pro.is_gated:
        raise WithheldProfileError(UNVERIFIED)
    is_new = answers.first(_KNOWN.question(pro.pk, user_id)) is None
    if is_new and not count_room(pro):
        raise WithheldProfileError(OVER_LIMIT)
    profile = userhub.fetch_profile(user_id, in_job=in_job, answers=answers)
    if settings.USERHUB_ONLY_WRITERS and not _has_written(pro, profile):
        raise WithheldProfileError(NOT_A_WRITER)
    return profile, is_new


def record_reading(pro: Pro, user_id: int, *, by: User | ApiToken | None = None, inquiry_id: int | None = None) -> None:
    """Save that the Pro was given this profile, if not before. `by` is None for a job of an inquiry."""
    reading = ProfileReading(
        pro=pro,
        user_id=user_id,
        inquiry_id=inquiry_id,
        by_user_id=by.pk if isinstance(by, User) else None,
        by_token_id=by.pk if isinstance(by, ApiToken) else None,
        by_name=(by.name if isinstance(by, ApiToken) else str(by)) if by else "",
    )
    with transaction.atomic():
        if insert_missing(reading):
            record_event(Kind.PROFILE_GIVEN, reading, pro=pro, by=by)


def _has_written(pro: Pro, profile: Profile) -> bool:
    """True if a contact of the Pro with this e-mail or phone sent a contact request or a message."""
    email, phone = profile.person["email"], profile.phone_in(pro.country)
    present = Contact.objects.for_pro(pro)
    same = present.none()
    if email:
        same |= present.same_address("email", email)
    if phone:
        same |= present.same_address("phone", phone)
    words = [WaitingItem.Kind.REQUEST, WaitingItem.Kind.MESSAGE]
    return WaitingItem.objects.filter(contact__in=same.values("pk"), kind__in=words).exists()
