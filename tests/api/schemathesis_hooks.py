"""Hooks for schemathesis: formats of names and addresses, and refusals that a document cannot describe."""

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
STORED = {"propertyId", "propertyReference", "receivedAt", "cursor", "externalId", "givenAt", "price"}
# Fields of integers that may be text, as the documents say in words.
IDS = {"user_id", "created_by", "changed_by", "case_id", "inquiry_type_id", "filter_option_ids"}
STORED |= {"reference", "slug", "numbers", "title", "channel", "cc", "contactRequestId", "inquiryId", "sendAt"}


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
    takes_last = method in ("PATCH", "PUT") and texts == ["email: Enter an e-mail address or a phone number."]
    names_unknown = bool(texts) and {detail["field"] for detail in error["details"]} <= STORED
    return takes_last or names_unknown or bool(LIMITS & {*texts}) or error["code"] == "INVALID_CURSOR"


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
