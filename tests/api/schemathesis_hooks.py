"""Hooks for schemathesis: formats of names and addresses, ids and bodies of rows that are there, and refusals that a
document cannot describe.
"""

import json
import os
import re
import uuid
import zlib
from contextlib import suppress
from pathlib import Path

import schemathesis
from hypothesis import strategies as st

NUMBERS = ["0612345678", "06 12 34 56 78", "+33 6 12 34 56 78", "+32475123456", "0033 1 40 60 61 78", "+1 555-123-4567"]
# Short ones: a longest or shortest text of a format is looked for among a thousand, one after the other.
ADDRESS = r"[A-Za-z0-9]{1,4}([._%+-][A-Za-z0-9]{1,4})?@[A-Za-z0-9](-?[A-Za-z0-9]){0,4}\.[A-Za-z]{2,6}"
CHARACTERS = st.characters(codec="utf-8", exclude_characters="\0")

schemathesis.openapi.format("email-address", st.from_regex(f"({ADDRESS})?", fullmatch=True))
schemathesis.openapi.format("phone", st.sampled_from(NUMBERS))
WORDS = st.text(CHARACTERS, min_size=1, max_size=12).filter(lambda text: any(c.isalnum() for c in text))
schemathesis.openapi.format("name", WORDS)
schemathesis.openapi.format("words", WORDS)
schemathesis.openapi.format(
    "webhook-url", st.from_regex(r"https://[a-z]{1,20}\.example\.com/[a-z]{0,9}", fullmatch=True)
)
# What depends on the rows: how many there are, and whether one is switched off.
LIMITS = {"body: Use at most 10 webhooks.", "body: Switch it on first."}
# What a valid body may name that is not stored, or no time of the last years.
STORED = {"propertyId", "propertyReference", "receivedAt", "cursor", "externalId", "givenAt"}
STORED |= {"reference", "slug", "numbers", "title", "channel", "cc", "contactRequestId", "inquiryId", "sendAt"}
# A price has 12 digits at most, whatever its fraction.
STORED |= {"price"}
# Fields of integers that may be text, as the documents say in words.
IDS = {"user_id", "created_by", "changed_by", "case_id", "inquiry_type_id", "filter_option_ids"}


def is_refused_by_stored_data(method, error):
    """True for an unknown cursor, type, option or property, a time that cannot be, the last address of a contact, or a
    file of no accepted type."""
    if "success" in error:
        return bool(error.get("errors")) and set(error["errors"]) <= {
            "inquiry_type",
            "inquiry_type_id",
            "filter_option_ids",
            "file",
            "contact_id",
            "valid_until",
            "amount",
            "cursor",
        }
    error = error["error"]
    texts = [f"{detail['field']}: {detail['message']}" for detail in error.get("details", [])]
    # A PUT creates or changes: whether it must bring an address depends on the contact that is there.
    lacks = {"email: Enter an e-mail address or a phone number."}
    lacks |= {"name: This field cannot be blank."} if method == "PUT" else set()
    takes_last = method in ("PATCH", "PUT") and bool(texts) and lacks.issuperset(texts)
    names_unknown = bool(texts) and {detail["field"] for detail in error["details"]} <= STORED
    return takes_last or names_unknown or bool(LIMITS & {*texts}) or error["code"] == "INVALID_CURSOR"


# By operation what `known.py` says of it. What requests create is added to `path`, what they delete taken out.
KNOWN = json.loads(Path(os.environ["KNOWN_REQUESTS"]).read_text())
ANSWERED = Path(os.environ["ANSWERED"])
DELETED, SUCCEEDED = set(), set()
PARAMETER = re.compile(r"{(\w+)}")
# Of four requests with the id of no row one keeps it; one of six that could be valid gets a body that is.
OF_NO_ROW, WITH_BODY = 4, 6


def is_id(value):
    """True for an id that could be one of a row."""
    with suppress(ValueError):
        uuid.UUID(str(value))
        return True
    return str(value).isascii() and str(value).isdigit() and 0 < int(value) < 2**63


def chance(value):
    """A number made from a value, the same in each run."""
    return zlib.crc32(repr(value).encode("utf-8", "replace"))


@schemathesis.hook
def before_call(context, case, kwargs):
    operation = f"{case.method.upper()} {case.path}"
    known = KNOWN.get(operation)
    if known is None:
        return
    number, rows = chance((case.path_parameters, case.query, str(case.body))), known["path"]
    # What schemathesis has created is there until it deletes it itself.
    if case.method.upper() != "DELETE" and not case.path.endswith("/erasure"):
        rows = [*rows, *known.get("new", ())]
    given = {name: str(value) for name, value in case.path_parameters.items()}
    reaches_row = any(row.items() <= given.items() for row in [*rows, *known.get("new", ())])
    is_random = bool(given) and not reaches_row and all(map(is_id, given.values()))
    # Each operation is to meet a success, soon.
    is_needed = operation not in SUCCEEDED
    # Nor does it take away a row of another operation that an answer has told it of: an export replaces the one before.
    takes_away = case.method.upper() == "DELETE" or case.path.endswith(("/erasure", "/export"))
    is_of_another = takes_away and bool({*given.values()} & all_known())
    if rows and is_random and (is_needed or is_of_another or number % OF_NO_ROW):
        # In turns one that is known to be answered and the newest, as others may have been replaced by it; not in the
        # turns of bodies below, so that each is asked with both.
        needed = (known["path"], rows)[number // 2 % 2][-1]
        case.path_parameters = {**case.path_parameters, **(needed if is_needed else rows[number % len(rows)])}
        query = case.query or {}
        valid = {name: value for name, value in known["query"].items() if is_needed or name in query}
        case.query = {**query, **valid}
    if known["body"] and number % (2 if is_needed else WITH_BODY) == 0 and isinstance(case.body, dict):
        case.body = known["body"]


def all_known():
    """The ids of all rows that some operation asks for."""
    return {str(id) for known in KNOWN.values() for row in known["path"] for id in row.values()}


@schemathesis.hook
def after_call(context, case, response):
    operation = f"{case.method.upper()} {case.path}"
    with ANSWERED.open("a") as file:
        file.write(f"{operation} {response.status_code}\n")
    if response.status_code < 300:
        SUCCEEDED.add(operation)
    if response.status_code == 201:
        # Names of headers are in lower case here.
        learn(response.headers.get("location", [""])[0])
    if case.method.upper() == "DELETE" and response.status_code < 300:
        gone = {name: str(value) for name, value in case.path_parameters.items()}
        DELETED.add(tuple(gone.values()))
        for known in KNOWN.values():
            known["path"] = [row for row in known["path"] if not gone.items() <= row.items()] or known["path"]


def learn(location):
    """Note the ids of a new row for all operations at its address, and for those below it that need no other."""
    path = location.partition("?")[0]
    rows = {address: found for address in paths() if (found := ids_in(path, address))}
    for address, row in rows.items():
        for operation, known in KNOWN.items():
            below = operation.split(" ")[1]
            if known["path"] and below.startswith(address) and set(PARAMETER.findall(below)) == set(row):
                known.setdefault("new", []).append(row)


def paths():
    return {operation.split(" ")[1] for operation in KNOWN}


def ids_in(path, address):
    """The ids of a path by their names in an address such as "/api/inquiries/{id}"; none for another path."""
    pattern = PARAMETER.sub(r"(?P<\1>[^/]+)", address)
    found = re.fullmatch(pattern, path)
    return found.groupdict() if found else {}


def is_deleted(case):
    """True for the address of a row that was deleted, and for those below it."""
    ids = tuple(map(str, case.path_parameters.values()))
    return any(ids[:end] in DELETED for end in range(1, len(ids) + 1))


def is_taken(case):
    """True for what the documents call invalid and say in words that it is taken: ids as text, and rows that are
    answered one by one.
    """
    body = case.body if isinstance(case.body, dict) else {}
    has_text_id = any(isinstance(body[field], str | list) for field in IDS & set(body))
    return has_text_id or (case.path.endswith("/bulk") and isinstance(body.get("contacts"), list))


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """False for failures that are expected."""
    name = type(failure).__name__
    if name == "ServerError":
        # The documented response to a move that the pipeline does not allow.
        return response.json().get("message") != "Failed to perform action"
    # An erasure is no part of a contact, and one that was taken back says so; an export waits for the worker.
    if name in ("UseAfterFree", "EnsureResourceAvailability") and case.path.endswith(
        ("/erasure", "/export/{export_id}/file")
    ):
        return False
    # Another step of the scenario has deleted it.
    if name == "EnsureResourceAvailability" and is_deleted(case):
        return False
    # No generated If-Match is the ETag of a row, which is asked before the model looks at the body.
    if response.status_code == 412:
        return name not in ("RejectedPositiveData", "AcceptedNegativeData")
    if name == "AcceptedNegativeData":
        return not is_taken(case)
    if name != "RejectedPositiveData":
        return True
    # It has no body: the customer has no e-mail, or the offer left already.
    if case.path.endswith("/offers/{offer_id}/send"):
        return False
    return not is_refused_by_stored_data(case.method, response.json())
