"""Submit an inquiry, from the workspace or a program: check it, add the customer's person, save it.

Two steps, as UserHub may take seconds: `prepare` outside of any transaction, `Submission.save` in one.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from config.accounts.models import ApiToken, Pro, User
from config.events.kinds import EventType
from config.events.publishing import publish
from config.instances import make_instance
from config.jobs.backend import Job, enqueue_together
from config.jobs.turns import in_turn
from config.round_trips import ask_ahead, writes_wait, writing_together
from config.web.compiled import Compiled, Question
from config.web.text import unix_lines
from config.web.together import Answers
from contacts.addresses import identities_of
from contacts.models import Contact
from contacts.models.holders import ask_holders, ask_person, find_holders
from contacts.models.locking import hold_book

from .customers.contacts import NamedCustomer
from .customers.profiles import complete_profile, copy_profile, link_customer, make_acknowledgment
from .customers.readings import WithheldProfileError, ask_profile, read_profile, record_reading
from .customers.userhub import Profile, UnknownUserError, UserHubUnavailableError
from .ids import GREATEST_ID
from .mails import mail_notification
from .models import FilterOption, Inquiry, InquiryType
from .models.filter_option import find_options
from .pipeline.moves import ask_held_start, ask_start, find_start, hold_start, start_inquiry, userhub_id_of
from .waiting import add_inquiry

# Required once in a subject and a message: a character that is neither space nor control.
VISIBLE = r"[^\s\x00-\x1f\x7f-\x9f]"
_TYPE = Compiled[InquiryType](lambda id: InquiryType.objects.filter(pk=id), keeps_plan=True)
_FIRST_TYPE = Compiled[InquiryType](lambda: InquiryType.objects.filter(is_active=True))
# The fields that a caller sets; the API has the same names.
SUBMITTED_FIELDS = ("user_id", "created_by", "subject", "message", "category", "budget", "priority", "source")


class _OutdatedError(Exception):
    """The customer is another contact than a moment ago, or the pipeline begins with another step."""


@dataclass(frozen=True)
class Submission:
    """A checked inquiry that is not saved yet.

    `profile` is None if UserHub did not answer, if the Pro is not given it yet, and for a `customer` without a UserHub
    id.
    """

    inquiry: Inquiry
    filter_options: list[FilterOption]
    profile: Profile | None
    customer: NamedCustomer | None = None
    # To the Pro, see `record_reading`.
    is_new_customer: bool = False

    def save(self, *, by: User | ApiToken | None) -> Inquiry:
        """Save it with its first history row and its contact, and enqueue the mails, in one transaction.

        Raises ValidationError when its type or a filter option has been deactivated or deleted meanwhile, or the chosen
        contact archived.
        """
        inquiry = self.inquiry
        if self.profile:
            copy_profile(inquiry, self.profile)
            inquiry.search_text = inquiry.make_search_text()
        try:
            self._save(by, foresees=True)
        except _OutdatedError:
            self._save(by, foresees=False)
        return inquiry

    def _save(self, by: User | ApiToken | None, *, foresees: bool) -> None:
        """Save it in one transaction.

        With `foresees` the inquiry of a known contact, most of the work, is written before the book is held, so that
        others of the Pro wait for the rest alone. Raises _OutdatedError, and saves nothing, when the book or the
        pipeline has changed by then in what it was written by.
        """
        inquiry = self.inquiry
        with writing_together():
            ask_ahead([*ask_start(inquiry), *ask_holders(inquiry.pro_id, *self._address())])
            # Not the time of `prepare`, before the call to UserHub.
            inquiry.created_at = timezone.now()
            foreseen = self._foresee_contact() if foresees and writes_wait(connection) else None
            if foreseen:
                inquiry.contact = foreseen
                start_inquiry(inquiry, by=by, step=find_start(inquiry))
            # That of the first attempt was perhaps never saved.
            inquiry.contact = None
            ask_ahead([*ask_person(inquiry.pro_id, *self._address()), *ask_held_start(inquiry)])
            hold_book(inquiry.pro_id)
            self._find_contact()
            if not foreseen:
                start_inquiry(inquiry, by=by)
            elif inquiry.contact != foreseen or hold_start(inquiry) != inquiry.step:
                raise _OutdatedError
            if self.is_new_customer and inquiry.user_id is not None:
                record_reading(inquiry.pro, inquiry.user_id, by=by, inquiry_id=inquiry.pk)
            add_inquiry(inquiry)
            if self.filter_options:
                inquiry.filter_options.set(_lock_options(self.filter_options))
            enqueue_together(_make_jobs(inquiry, by))
            publish(inquiry.pro, EventType.INQUIRY_CREATED, inquiry)

    def _foresee_contact(self) -> Contact | None:
        """The contact that `_find_contact` finds, unless the book changes until it is held; None for somebody new."""
        identities = identities_of(*self._address())
        holders = find_holders(self.inquiry.pro_id, identities)
        return next((holders[pair] for pair in identities if pair in holders), None)

    def _address(self) -> tuple[str, str]:
        """E-mail and phone (E.164) by which the contact of a profile is found."""
        if self.customer or not self.profile:
            return "", ""
        return self.inquiry.person["email"], self.profile.phone_in(self.inquiry.pro.country)

    def _find_contact(self) -> None:
        if self.customer:
            self.customer.copy_to(self.inquiry)
        elif self.profile:
            link_customer(self.inquiry, self.profile)


def _make_jobs(inquiry: Inquiry, by: User | ApiToken | None) -> list[Job]:
    if inquiry.profile_problem:
        # `resume_withheld_profiles` goes on with it.
        jobs = []
    elif inquiry.is_waiting_for_profile:
        jobs = [Job(in_turn(complete_profile, inquiry.pro_id), (inquiry.pk,))]
    else:
        jobs = make_acknowledgment(inquiry)
    # A user who submits it in the workspace needs no mail about it.
    if not isinstance(by, User) and inquiry.pro.email:
        jobs.append(Job(in_turn(mail_notification, inquiry.pro_id), (inquiry.pk,)))
    return jobs


def prepare(
    pro: Pro,
    fields: Mapping[str, Any],
    *,
    by: User | ApiToken | None,
    inquiry_type_id: int | None,
    filter_option_ids: Collection[int],
    customer: NamedCustomer | None = None,
) -> Submission:
    """Check the values and fetch the customer's profile from UserHub, without saving anything.

    `fields` has all SUBMITTED_FIELDS. `user_id` is the customer, None for a `customer` without a UserHub id;
    `created_by` is a UserHub id, by default that of `by`, else `user_id`. Without `inquiry_type_id` the first active
    type is used. If UserHub does not answer, or the Pro is not given the profile yet, the inquiry will wait for it.
    Raises ValidationError with every error, by the names of fields and parameters.
    Do not call it in a transaction, see `userhub.fetch_profile`.
    """
    errors: dict[str, Any] = {}
    created_by = fields["created_by"] or userhub_id_of(by) or fields["user_id"]
    inquiry = make_instance(Inquiry, **{**fields, "created_by": created_by})
    inquiry.pro = pro
    options: list[FilterOption] = []
    profile, is_new = None, False
    with _collect_errors(errors):
        _check_fields(inquiry, is_user_known=customer is None)
    answers = Answers()
    if customer is None and "user_id" not in errors:
        answers.ask(_ask_type(inquiry_type_id), *ask_profile(pro, inquiry.user_id))  # type: ignore[arg-type]
    with _collect_errors(errors):
        inquiry.inquiry_type = _find_type(inquiry_type_id, answers)
    with _collect_errors(errors):
        options = find_options(filter_option_ids)
    if customer is None and "user_id" not in errors:
        with _collect_errors(errors):
            profile, is_new = _read_profile(inquiry, answers)
    if errors:
        raise ValidationError(errors)
    return Submission(inquiry, options, profile, customer, is_new)


@contextmanager
def _collect_errors(errors: dict[str, Any]) -> Iterator[None]:
    """Add the errors of a ValidationError raised in the block to `errors`."""
    try:
        yield
    except ValidationError as error:
        errors.update(error.error_dict)


def _check_fields(inquiry: Inquiry, *, is_user_known: bool) -> None:
    """Normalize the texts, and check all fields but the type."""
    inquiry.subject = " ".join(inquiry.subject.split())
    inquiry.message = unix_lines(inquiry.message).strip()
    inquiry.category, inquiry.source = inquiry.category.strip(), inquiry.source.strip()
    errors: dict[str, Any] = {}
    for name in ("subject", "message", "category", "source"):
        if "\0" in getattr(inquiry, name):
            errors[name] = _("Null characters are not allowed.")
    for name in ("subject", "message"):
        if not re.search(VISIBLE, getattr(inquiry, name)):
            errors[name] = _("Write at least one word.")
    for name in ("user_id", "created_by"):
        id = getattr(inquiry, name)
        if (is_user_known or id is not None) and not 1 <= (id or 0) <= GREATEST_ID:
            errors[name] = _("This is not the id of a UserHub user.")
    if inquiry.budget is not None and not (inquiry.budget.is_finite() and inquiry.budget >= 0):
        errors["budget"] = _("Enter an amount of 0 or more.")
    others = {field.name for field in inquiry._meta.concrete_fields} - set(SUBMITTED_FIELDS)
    try:
        inquiry.clean_fields(exclude=others | set(errors))
    except ValidationError as error:
        errors |= error.error_dict
    if errors:
        raise ValidationError(errors)


def _ask_type(id: int | None) -> Question[InquiryType]:
    return _FIRST_TYPE.question().part(1) if id is None else _TYPE.question(id)


def _find_type(id: int | None, answers: Answers) -> InquiryType:
    inquiry_type = answers.first(_ask_type(id))
    problem = _("There is no active inquiry type.")
    if id is not None:
        problem = _("There is no active inquiry type with this id.")
    if inquiry_type is None or not inquiry_type.is_active:
        raise ValidationError({"inquiry_type_id": problem})
    return inquiry_type


def _lock_options(options: list[FilterOption]) -> list[FilterOption]:
    """Read the options again, locked against change and deletion until the transaction ends."""
    # `no_key`, so that inquiries with the same options do not wait for each other.
    rows = FilterOption.objects.select_for_update(no_key=True).order_by("pk")
    return find_options([option.pk for option in options], rows)


def _read_profile(inquiry: Inquiry, answers: Answers) -> tuple[Profile | None, bool]:
    """The customer's profile, None when it will follow, and whether they are new to the Pro.

    Raises ValidationError for an unknown user.
    """
    try:
        # _check_fields has seen to it that there is an id.
        return read_profile(inquiry.pro, inquiry.user_id, answers=answers)  # type: ignore[arg-type]
    except UnknownUserError:
        raise ValidationError({"user_id": _("UserHub knows no user of this id.")}) from None
    except WithheldProfileError as error:
        inquiry.profile_problem = str(error)
    except UserHubUnavailableError:
        pass
    return None, False
