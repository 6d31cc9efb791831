"""Read a customer's profile from UserHub, or from the built-in directory where none is configured.

`GET {USERHUB_URL}/users/{id}` with a bearer token. UserHub's JSON is nowhere written down, so it is read liberally:
the user bare or inside `data` or `user`; the person beside the other fields or inside `person` or `profile`; names in
snake_case or camelCase; addresses as an object, as text or as fields of their own. What has another type than
expected counts as not there, and every text is cut to what the inquiry's pages have room for.
"""

import json
import logging
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from config.outgoing import AnswerTooLargeError, OutgoingError, send_request
from config.peers import LeftAloneError, Peer
from config.web.compiled import Compiled, Question
from config.web.text import one_line
from config.web.together import UNASKED, Answers
from contacts.languages import ISO_639_1
from contacts.phones import to_e164

from ..models import DirectoryUser

logger = logging.getLogger("vestibule.userhub")

MAX_BODY = 256 * 1024  # bytes
# Requests of one process that wait for UserHub: half of its threads.
AT_ONCE, PAUSE = 4, 10.0
# Fields of the business that may stand among those of the person.
BUSINESS = (
    "company",
    "company_name",
    "vat_number",
    "vat_id",
    "business_address",
    "invoice_email",
    "billing_email",
    "invoice_address",
    "billing_address",
)
_USER = Compiled(lambda id: DirectoryUser.objects.filter(userhub_id=id), keeps_plan=True)
CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


@dataclass(frozen=True)
class Profile:
    """A customer, in the shapes of `Inquiry.person` and `Inquiry.business`; the latter {} where there is none."""

    person: dict[str, Any]
    business: dict[str, Any]

    def phone_in(self, country: str) -> str:
        """The person's number in E.164, a national one read as one of `country`; "" for none and an invalid one."""
        try:
            return to_e164(self.person["phone"], country) if self.person["phone"] else ""
        except ValidationError:
            return ""


class UnknownUserError(Exception):
    """There is no user with this id."""


class UserHubUnavailableError(Exception):
    """UserHub gave no usable answer. The text names no person and no secret."""


class UserHubHangsError(UserHubUnavailableError):
    """UserHub did not answer in time."""


# For those who wait for a page or an answer; jobs wait by themselves.
awaited = Peer(at_once=AT_ONCE, pause=PAUSE, hangs=(UserHubHangsError,))


def ask_directory(user_id: int) -> list[Question[Any]]:
    """The question for the user of the built-in directory, to be asked together with others; none with a UserHub."""
    return [] if settings.USERHUB_URL else [_USER.question(user_id)]


def fetch_profile(user_id: int, *, in_job: bool = False, answers: Answers = UNASKED) -> Profile:
    """Read the profile of one user. Raises UnknownUserError and UserHubUnavailableError.

    It may take USERHUB_TIMEOUT seconds in a job and USERHUB_PATIENCE milliseconds elsewhere, so never call it in a
    transaction: on SQLite that blocks every other writer. Outside of jobs, one that hung is left alone for a while.
    """
    if not settings.USERHUB_URL:
        return _read_directory(user_id, answers)
    try:
        return _read_profile(_fetch_user(user_id) if in_job else _fetch_awaited_user(user_id), user_id)
    except UserHubUnavailableError as error:
        logger.warning("UserHub gave no profile: %s", error)
        raise


def try_userhub() -> None:
    """See whether UserHub answers and takes the token. Raises UserHubUnavailableError."""
    with suppress(UnknownUserError):
        _fetch_user(0)


def _read_directory(user_id: int, answers: Answers) -> Profile:
    """Read the profile from the built-in directory."""
    user = answers.first(_USER.question(user_id))
    if user is None:
        raise UnknownUserError
    row = {field.name: str(getattr(user, field.name)) for field in user._meta.concrete_fields}
    addresses = {
        prefix: {part: row[f"{prefix}{part}"] for part in ("street", "postal_code", "city", "country")}
        for prefix in ("", "business_", "invoice_")
    }
    names = ("first_name", "last_name", "email", "phone", "language")
    business = {
        "company": row["company"],
        "vat_number": row["vat_number"],
        "address": addresses["business_"],
        "invoice_email": row["invoice_email"],
        "invoice_address": addresses["invoice_"],
    }
    return _profile({**{name: row[name] for name in names}, "address": addresses[""], "business": business})


# --- The call


def _fetch_awaited_user(user_id: int) -> bytes:
    try:
        with awaited.call():
            return _fetch_user(user_id, settings.USERHUB_PATIENCE / 1000)
    except LeftAloneError:
        raise UserHubUnavailableError("it did not answer a moment ago") from None


def _fetch_user(user_id: int, seconds: float | None = None) -> bytes:
    """The body of UserHub's answer. Redirects are not followed: they would carry the token away."""
    try:
        answer = send_request(
            "GET",
            f"{settings.USERHUB_URL}/users/{user_id}",
            headers={"Authorization": f"Bearer {settings.USERHUB_TOKEN}", "Accept": "application/json"},
            timeout=seconds or settings.USERHUB_TIMEOUT,
            max_size=MAX_BODY,
            allow_private=True,
        )
    except AnswerTooLargeError:
        raise UserHubUnavailableError(f"its answer is larger than {MAX_BODY} bytes") from None
    except OutgoingError as error:
        if error.is_timeout:
            raise UserHubHangsError("it took too long") from None
        raise UserHubUnavailableError(f"it cannot be reached ({error})") from None
    if answer.status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        raise UnknownUserError
    if answer.status != HTTPStatus.OK:
        raise UserHubUnavailableError(f"it answered {answer.status}")
    return answer.body


# --- Reading the answer


def _read_profile(body: bytes, user_id: int) -> Profile:
    try:
        user = _members(json.loads(body))
    except (ValueError, RecursionError):
        raise UserHubUnavailableError("its answer is no JSON") from None
    for name in ("data", "user"):
        user = _members(user.get(name)) or user
    if isinstance(user.get("id"), int) and user["id"] != user_id:
        raise UserHubUnavailableError("its answer is about somebody else")
    profile = _profile(user)
    if not profile.business and not _has_values({**profile.person, "language": ""}):
        raise UserHubUnavailableError("its answer tells nothing about the user")
    return profile


def _members(value: Any) -> dict[str, Any]:
    """A JSON object with its names in snake_case, {} for anything else."""
    if not isinstance(value, dict):
        return {}
    return {CAMEL.sub("_", name).lower().replace("-", "_"): member for name, member in value.items()}


def _profile(user: Mapping[str, Any]) -> Profile:
    person = {**user, **_members(user.get("profile")), **_members(user.get("person"))}
    first, last = _text(person, 100, "first_name", "given_name"), _text(person, 100, "last_name", "family_name")
    if not first and not last:
        first, _, last = _text(person, 200, "name", "full_name", "display_name").partition(" ")
    return Profile(
        {
            "first_name": first[:100],
            "last_name": last[:100],
            "email": _email(person, "email", "email_address"),
            "phone": _text(person, 40, "phone", "phone_number", "telephone", "mobile"),
            "language": _language(_text(person, 35, "language", "locale", "lang")),
            "address": _read_address(person.get("address"), person),
        },
        _business(person),
    )


def _business(user: Mapping[str, Any]) -> dict[str, Any]:
    of_user = next((members for name in ("business", "company") if (members := _members(user.get(name)))), {})
    source = {**{name: user[name] for name in BUSINESS if name in user}, **of_user}
    invoice = _members(source.get("invoice"))
    business = {
        "company": _text(source, 200, "company", "company_name", "name"),
        "vat_number": _text(source, 32, "vat_number", "vat_id", "vat"),
        "address": _read_address(source.get("address") or source.get("business_address"), of_user),
        "invoice_email": _email(source, "invoice_email", "billing_email") or _email(invoice, "email"),
        "invoice_address": _read_address(
            source.get("invoice_address") or source.get("billing_address") or invoice.get("address"), {}
        ),
    }
    return business if _has_values(business) else {}


def _has_values(fields: Mapping[str, Any]) -> bool:
    return any(_has_values(value) if isinstance(value, dict) else value for value in fields.values())


def _read_address(value: Any, around: Mapping[str, Any]) -> dict[str, str]:
    """An address given as an object, as text (then it is the street), or by fields that stand `around` it."""
    parts = _members(value) or around
    street = _text({"street": value}, 200, "street") or _text(
        parts, 200, "street", "street_name", "address_line_1", "address_line1", "line1"
    )
    number = _text(parts, 20, "house_number", "number")
    addition = _text(parts, 20, "house_number_addition", "addition")
    return {
        "street": one_line(f"{street} {number}{addition}"),
        "postal_code": _text(parts, 20, "postal_code", "postcode", "zip_code", "zip"),
        "city": _text(parts, 100, "city", "town"),
        "country": _text(parts, 100, "country", "country_code"),
    }


def _text(source: Mapping[str, Any], length: int, *names: str) -> str:
    """The first of these that says something, on one line; a whole number counts as text, a house has one."""
    for name in names:
        value = source.get(name)
        is_text = isinstance(value, str | int) and not isinstance(value, bool)
        if is_text and (text := one_line(str(value), length)):
            return text
    return ""


def _email(source: Mapping[str, Any], *names: str) -> str:
    """ "" too for what is no address: a mail to it could never be sent."""
    text = _text(source, 300, *names)
    try:
        validate_email(text)
    except ValidationError:
        return ""
    return text if len(text) <= 254 else ""


def _language(text: str) -> str:
    """The ISO 639-1 code of a locale: "nl-NL" -> "nl", "" for one that there is not."""
    code = re.split("[-_]", text.lower())[0]
    return code if code in ISO_639_1 else ""
