"""Copy the customer's profile from UserHub to an inquiry, at once or by a job when UserHub answers again.

The address book is locked before the inquiry's row, as linking a contact needs both.
"""

import logging
from datetime import timedelta
from email.utils import parseaddr

from django.conf import settings
from django.db import transaction
from django.tasks import TaskContext, task
from django.utils import timezone
from django.utils.translation import gettext_noop

from config.accounts.models import Pro
from config.jobs.backend import Job, enqueue_together
from config.jobs.turns import in_turn
from config.jobs.worker import MAX_ATTEMPTS, unfinished_jobs
from config.web.limits import Limit, mailbox_of
from config.web.mail import is_answerable
from contacts.models import Contact
from contacts.models.locking import hold_book

from ..mails import mail_acknowledgment
from ..models import Inquiry
from ..models.inquiry import WITHHELD
from ..waiting import follow_contact
from . import userhub
from .readings import WithheldProfileError, count_room, read_profile, record_reading
from .userhub import Profile

logger = logging.getLogger("vestibule.inquiries")

# Every inquiry is acknowledged: only a program gone astray reaches it. The address comes from UserHub, so nobody can
# have mails sent to strangers.
MAX_ACKNOWLEDGMENTS_PER_DAY = 100
ACKNOWLEDGMENTS = Limit("acknowledge-inquiry", MAX_ACKNOWLEDGMENTS_PER_DAY, 24 * 3600)
# The last attempt of a job is half a day after the first.
FORGOTTEN = timedelta(days=1)
BATCH = 1000
# Problems are stored in English and translated when shown, so these texts must not change.
NO_ANSWER = gettext_noop("UserHub has not answered for many hours.")
NOT_SAVED = gettext_noop("The profile could not be taken over.")
UNKNOWN_USER = gettext_noop("UserHub knows no user of this id.")
NO_JOB = gettext_noop("UserHub is not asked for the profile any more.")
# The task path of jobs queued before the task moved.
FORMER_PATH = "inquiries.tasks.complete_profile"


def copy_profile(inquiry: Inquiry, profile: Profile) -> None:
    """Set the inquiry's profile, unsaved. `link_customer` follows.

    Its `search_text` is the caller's, who knows whether more changes.
    """
    phone = profile.phone_in(inquiry.pro.country)
    inquiry.person = {**profile.person, "phone": phone or profile.person["phone"]}
    inquiry.business = profile.business
    inquiry.profile_at, inquiry.profile_problem = timezone.now(), ""


def link_customer(inquiry: Inquiry, profile: Profile) -> None:
    """Set the contact of an inquiry with this profile, unsaved. Call it with the book held, as it may be created."""
    phone = profile.phone_in(inquiry.pro.country)
    # The Pro may have linked a contact by hand meanwhile.
    if inquiry.contact is None and (inquiry.person["email"] or phone):
        inquiry.contact = Contact.objects.find_or_create_locked(
            inquiry.pro,
            name=_contact_name(inquiry),
            email=inquiry.person["email"],
            phone=phone,
            source="inquiry",
            language=inquiry.person["language"] or inquiry.pro.language,
            last_word_at=inquiry.created_at,
        )


def save_profile(inquiry: Inquiry, profile: Profile) -> bool:
    """Save the profile of a waiting inquiry and acknowledge it; returns False if it was not waiting."""
    with transaction.atomic():
        hold_book(inquiry.pro_id)
        inquiry.lock()
        if not inquiry.is_waiting_for_profile:
            return False
        copy_profile(inquiry, profile)
        link_customer(inquiry, profile)
        inquiry.search_text = inquiry.make_search_text()
        inquiry.save(
            update_fields=[
                "person",
                "business",
                "profile_at",
                "profile_problem",
                "search_text",
                "contact",
                "updated_at",
            ]
        )
        follow_contact(inquiry)
        if inquiry.user_id is not None:
            record_reading(inquiry.pro, inquiry.user_id, inquiry_id=inquiry.pk)
        enqueue_together(make_acknowledgment(inquiry))
        return True


def save_profile_problem(inquiry: Inquiry, problem: str) -> None:
    """Save the reason, in English, why a waiting inquiry gets no profile, until `retry_profile`."""
    with transaction.atomic():
        inquiry.lock()
        if inquiry.is_waiting_for_profile:
            inquiry.profile_problem = problem
            inquiry.save(update_fields=["profile_problem", "updated_at"])


@task(takes_context=True, queue_name="userhub")
def complete_profile(context: TaskContext, inquiry_id: int) -> None:
    """Copy the customer's profile to a waiting inquiry. The worker retries while UserHub is unavailable."""
    inquiry = Inquiry.objects.select_related("pro", "inquiry_type").filter(pk=inquiry_id).first()
    if inquiry is None or not inquiry.is_waiting_for_profile or inquiry.profile_problem or inquiry.user_id is None:
        return
    try:
        profile, _is_new = read_profile(inquiry.pro, inquiry.user_id, in_job=True)
        save_profile(inquiry, profile)
    except WithheldProfileError as error:
        save_profile_problem(inquiry, str(error))
    except userhub.UnknownUserError:
        save_profile_problem(inquiry, UNKNOWN_USER)
    except Exception as error:
        # After the last attempt, show the Pro and staff that no profile will follow, whatever the error.
        if context.attempt >= MAX_ATTEMPTS:
            is_unavailable = isinstance(error, userhub.UserHubUnavailableError)
            save_profile_problem(inquiry, NO_ANSWER if is_unavailable else NOT_SAVED)
        raise


def fail_forgotten_profiles() -> None:
    """Save a problem on inquiries that have waited for over a day without a live job, as after killed workers."""
    rows = Inquiry.objects.filter(profile_at=None, profile_problem="", created_at__lt=timezone.now() - FORGOTTEN)
    if not (waiting := list(rows.select_related("pro").order_by("created_at")[:BATCH])):
        return
    paths = (complete_profile.module_path, FORMER_PATH)
    with_job = {job.args_kwargs["args"][0] for path in paths for job in unfinished_jobs(path)}
    for inquiry in waiting:
        if inquiry.pk not in with_job:
            save_profile_problem(inquiry, NO_JOB)


def resume_withheld_profiles() -> None:
    """Ask again for profiles that were withheld, the oldest first, as many of each Pro as it may be given now."""
    waiting = Inquiry.objects.filter(profile_at=None, profile_problem__in=WITHHELD)
    for pro in Pro.objects.filter(pk__in=waiting.order_by().values("pro_id")):
        if not pro.is_gated:
            for inquiry in waiting.filter(pro=pro).select_related("pro").order_by("created_at")[: count_room(pro)]:
                retry_profile(inquiry)


def retry_profile(inquiry: Inquiry) -> bool:
    """Enqueue the job again for a waiting inquiry; returns False if it is not waiting."""
    with transaction.atomic():
        inquiry.lock()
        if not inquiry.is_waiting_for_profile:
            return False
        inquiry.profile_problem = ""
        inquiry.save(update_fields=["profile_problem", "updated_at"])
        in_turn(complete_profile, inquiry.pro_id).enqueue(inquiry.pk)
        return True


def make_acknowledgment(inquiry: Inquiry) -> list[Job]:
    """The job that acknowledges an inquiry to its customer, counted; none when nobody reads their address."""
    email = inquiry.person["email"].lower()
    own_addresses = {inquiry.pro.email.lower(), parseaddr(settings.DEFAULT_FROM_EMAIL)[1].lower()}
    if not email or email in own_addresses or not is_answerable(email):
        return []
    if ACKNOWLEDGMENTS.hit(mailbox_of(email)):
        # No address in the log, which must hold no personal data.
        logger.warning(
            "inquiry %s is not acknowledged: its customer had %s mails today", inquiry.pk, ACKNOWLEDGMENTS.times
        )
        return []
    return [Job(in_turn(mail_acknowledgment, inquiry.pro_id), (inquiry.pk,))]


def _contact_name(inquiry: Inquiry) -> str:
    """A name for the contact, which needs a letter or a digit: name, company, e-mail or phone."""
    names = (inquiry.full_name, inquiry.business.get("company", ""), inquiry.person["email"], inquiry.person["phone"])
    return next(name for name in names if any(c.isalnum() for c in name))[:200]
