"""The customer's profile on an inquiry: copied from UserHub, at once or when UserHub answers again.

Whoever links a contact holds the address book before the inquiry's row.
"""

import logging
from datetime import timedelta
from email.utils import parseaddr

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.tasks import TaskContext, task
from django.utils import timezone
from django.utils.translation import gettext_noop

from config.jobs.worker import MAX_ATTEMPTS, unfinished_jobs
from config.web.limits import Limit
from config.web.mail import is_answerable
from contacts.models import Contact
from contacts.models.locking import hold_book
from contacts.phones import to_e164

from ..mails import acknowledge
from ..models import Inquiry
from . import userhub
from .userhub import Profile

logger = logging.getLogger("vestibule.inquiries")

# The address comes from UserHub and not from whoever writes, so that a busy customer may well have several a day.
PER_DAY = 10
ACKNOWLEDGMENTS = Limit("acknowledge-inquiry", PER_DAY, 24 * 3600)
# The last attempt to have a profile is half a day after the first.
FORGOTTEN = timedelta(days=1)
GIVEN_UP_AT_ONCE = 1000
NO_ANSWER = gettext_noop("UserHub has not answered for many hours.")
NOT_KEPT = gettext_noop("The profile could not be taken over.")
# A job queued before the task moved carries this path.
FORMER_PATH = "inquiries.tasks.complete_profile"


def copy(inquiry: Inquiry, profile: Profile) -> None:
    """Put the profile onto the inquiry, unsaved, with the Pro's contact. Call it in a transaction."""
    phone = _e164(profile.person["phone"], inquiry.pro.country)
    inquiry.person = {**profile.person, "phone": phone or profile.person["phone"]}
    inquiry.business = profile.business
    inquiry.profile_at, inquiry.profile_problem = timezone.now(), ""
    inquiry.search_text = inquiry.make_search_text()
    # The Pro may have linked one by hand meanwhile.
    if inquiry.contact is None and (inquiry.person["email"] or phone):
        inquiry.contact = Contact.objects.find_or_create(
            inquiry.pro,
            name=_name(inquiry),
            email=inquiry.person["email"],
            phone=phone,
            source="inquiry",
            language=inquiry.person["language"] or inquiry.pro.language,
        )


def complete(inquiry: Inquiry, profile: Profile) -> bool:
    """Give a waiting inquiry its profile, and acknowledge it; returns whether it was waiting."""
    with transaction.atomic():
        hold_book(inquiry.pro_id)
        inquiry.lock()
        if not inquiry.is_waiting_for_profile:
            return False
        copy(inquiry, profile)
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
        welcome(inquiry)
        return True


def give_up(inquiry: Inquiry, problem: str) -> None:
    """Say on a waiting inquiry why it has no profile, in English; `retry_profile` begins anew."""
    with transaction.atomic():
        inquiry.lock()
        if inquiry.is_waiting_for_profile:
            inquiry.profile_problem = problem
            inquiry.save(update_fields=["profile_problem", "updated_at"])


@task(takes_context=True)
def complete_profile(context: TaskContext, inquiry_id: int) -> None:
    """Copy the customer's profile onto an inquiry that waits for it. The worker tries again while UserHub is away."""
    found = Inquiry.objects.select_related("pro", "inquiry_type").filter(pk=inquiry_id).first()
    if found is None or not found.is_waiting_for_profile or found.profile_problem:
        return
    try:
        complete(found, userhub.ask(found.user_id))
    except userhub.UnknownUserError:
        give_up(found, gettext_noop("UserHub knows no user of this id."))
    except Exception as error:
        # Whatever it was, the Pro and staff see that nothing follows by itself any more.
        if context.attempt >= MAX_ATTEMPTS:
            is_away = isinstance(error, userhub.UserHubUnavailableError)
            give_up(found, NO_ANSWER if is_away else NOT_KEPT)
        raise


def fail_forgotten_profiles() -> None:
    """What has waited for more than a day and is asked for by no job any more, such as one whose workers were killed
    every time."""
    waiting = Inquiry.objects.filter(profile_at=None, profile_problem="", created_at__lt=timezone.now() - FORGOTTEN)
    if not (found := list(waiting.select_related("pro").order_by("created_at")[:GIVEN_UP_AT_ONCE])):
        return
    paths = (complete_profile.module_path, FORMER_PATH)
    asked_for = {job.args_kwargs["args"][0] for path in paths for job in unfinished_jobs(path)}
    for inquiry in found:
        if inquiry.pk not in asked_for:
            give_up(inquiry, gettext_noop("UserHub is not asked for the profile any more."))


def retry_profile(inquiry: Inquiry) -> bool:
    """Have UserHub asked anew, in the background; returns whether the inquiry is waiting for its profile at all."""
    with transaction.atomic():
        inquiry.lock()
        if not inquiry.is_waiting_for_profile:
            return False
        inquiry.profile_problem = ""
        inquiry.save(update_fields=["profile_problem", "updated_at"])
        complete_profile.enqueue(inquiry.pk)
        return True


def welcome(inquiry: Inquiry) -> None:
    """Have the customer told that the inquiry has arrived, where somebody reads the mail. Call it in a transaction."""
    email = inquiry.person["email"].lower()
    own = {inquiry.pro.email.lower(), parseaddr(settings.DEFAULT_FROM_EMAIL)[1].lower()}
    if not email or email in own or not is_answerable(email):
        return
    if ACKNOWLEDGMENTS.hit(email):
        # Without the address: a log keeps no personal data.
        logger.warning("inquiry %s is not acknowledged: its customer had %s mails today", inquiry.pk, PER_DAY)
        return
    acknowledge.enqueue(inquiry.pk)


def _e164(text: str, country: str) -> str:
    """ "" for what is no phone number."""
    try:
        return to_e164(text, country) if text else ""
    except ValidationError:
        return ""


def _name(inquiry: Inquiry) -> str:
    """What the contact is called: a contact's name has a letter or a digit."""
    names = (inquiry.full_name, inquiry.business.get("company", ""), inquiry.person["email"], inquiry.person["phone"])
    return next(name for name in names if any(c.isalnum() for c in name))[:200]
