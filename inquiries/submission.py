"""How an inquiry comes in, whoever sends it: checked, completed with the customer's profile, kept.

In two steps, as UserHub may take seconds: `prepare` outside of any transaction, `Draft.keep` in one.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from config.accounts.models import ApiToken, Pro, User
from config.web.compiled import Compiled
from config.web.text import unix_lines

from .customers import userhub
from .customers.profiles import complete_profile, copy, welcome
from .customers.userhub import Profile, UnknownUserError, UserHubUnavailableError
from .ids import GREATEST_ID
from .mails import notify
from .models import FilterOption, Inquiry, InquiryType
from .pipeline.moves import start_inquiry, userhub_id_of

# What a subject and a message have one of: neither space nor a control character.
VISIBLE = r"[^\s\x00-\x1f\x7f-\x9f]"
_TYPE = Compiled(lambda id: InquiryType.objects.filter(pk=id))
# The fields of the model that the sender may set, by the names that the API has for them too.
SUBMITTED_FIELDS = ("user_id", "created_by", "subject", "message", "category", "budget", "priority", "source")


@dataclass(frozen=True)
class Draft:
    """A checked inquiry that is not stored yet. `profile` is None while UserHub does not answer."""

    inquiry: Inquiry
    filter_options: list[FilterOption]
    profile: Profile | None

    def keep(self, *, by: User | ApiToken | None) -> Inquiry:
        """Store it, with its first row of history, its contact and the mails that follow, in one transaction.

        Raises ValidationError when its type or one of its filter options is not to be had any more.
        """
        inquiry = self.inquiry
        with transaction.atomic():
            # While UserHub was asked, time has passed.
            inquiry.created_at = timezone.now()
            if self.profile:
                copy(inquiry, self.profile)
            start_inquiry(inquiry, by=by)
            if self.filter_options:
                inquiry.filter_options.set(_hold_options(self.filter_options))
            if self.profile:
                welcome(inquiry)
            else:
                complete_profile.enqueue(inquiry.pk)
            # Who submits it in the workspace needs no mail about it.
            if not isinstance(by, User) and inquiry.pro.email:
                notify.enqueue(inquiry.pk)
        return inquiry


def prepare(
    pro: Pro,
    fields: Mapping[str, Any],
    *,
    by: User | ApiToken | None,
    inquiry_type_id: int | None,
    filter_option_ids: Collection[int],
) -> Draft:
    """Check everything and read the customer's profile from UserHub, without storing anything.

    `fields` has every name of SUBMITTED_FIELDS. The inquiry is of the UserHub user `user_id`, on behalf of them where
    `by` is somebody else; `created_by` is a UserHub id, by default that of `by`, else `user_id`. No type is the first
    active one. A UserHub that does not answer holds nothing up: the inquiry waits for its profile. Raises
    ValidationError with every field at fault, by the names of `fields` and parameters. Not to be called in a
    transaction, see `userhub.ask`.
    """
    errors: dict[str, Any] = {}
    created_by = fields["created_by"] or userhub_id_of(by) or fields["user_id"]
    inquiry = Inquiry(pro=pro, **{**fields, "created_by": created_by})
    options: list[FilterOption] = []
    profile = None
    with _gather(errors):
        _check_fields(inquiry)
    with _gather(errors):
        inquiry.inquiry_type = _find_type(inquiry_type_id)
    with _gather(errors):
        options = _find_options(filter_option_ids)
    if "user_id" not in errors:
        with _gather(errors):
            profile = _find_profile(inquiry.user_id)
    if errors:
        raise ValidationError(errors)
    return Draft(inquiry, options, profile)


@contextmanager
def _gather(errors: dict[str, Any]) -> Iterator[None]:
    """Put the faults of the field that is checked within beside the others."""
    try:
        yield
    except ValidationError as error:
        errors.update(error.error_dict)


def _check_fields(inquiry: Inquiry) -> None:
    """Put the words into their usual form, and check everything but the type."""
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
        if not 1 <= getattr(inquiry, name) <= GREATEST_ID:
            errors[name] = _("This is no id of a UserHub user.")
    if inquiry.budget is not None and not (inquiry.budget.is_finite() and inquiry.budget >= 0):
        errors["budget"] = _("Give an amount of 0 or more.")
    others = {field.name for field in inquiry._meta.concrete_fields} - set(SUBMITTED_FIELDS)
    try:
        inquiry.clean_fields(exclude=others | set(errors))
    except ValidationError as error:
        errors |= error.error_dict
    if errors:
        raise ValidationError(errors)


def _find_type(id: int | None) -> InquiryType:
    if id is None:
        found, problem = InquiryType.objects.filter(is_active=True).first(), _("There is no active inquiry type.")
    else:
        found, problem = _TYPE.first(id), _("There is no active inquiry type of this id.")
    if found is None or not found.is_active:
        raise ValidationError({"inquiry_type_id": problem})
    return found


def _hold_options(options: list[FilterOption]) -> list[FilterOption]:
    """Those of a draft, as they are by now; nobody changes or deletes them until the transaction ends."""
    # `no_key`, so that whoever gives one to another inquiry does not wait.
    rows = FilterOption.objects.select_for_update(no_key=True).order_by("pk")
    return _find_options([option.pk for option in options], rows)


def _find_options(ids: Collection[int], rows: QuerySet[FilterOption] | None = None) -> list[FilterOption]:
    rows = FilterOption.objects.all() if rows is None else rows
    found = rows.filter(is_active=True).in_bulk(list(ids))
    missing = sorted(set(ids) - set(found))
    if missing:
        listed = ", ".join(map(str, missing))
        raise ValidationError(
            {"filter_option_ids": _("There is no active filter option of these ids: %(ids)s.") % {"ids": listed}}
        )
    return list(found.values())


def _find_profile(user_id: int) -> Profile | None:
    """None when UserHub does not answer."""
    try:
        return userhub.ask(user_id)
    except UnknownUserError:
        raise ValidationError({"user_id": _("UserHub knows no user of this id.")}) from None
    except UserHubUnavailableError:
        return None
