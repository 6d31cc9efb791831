"""What can go wrong with a JSON request, by meaning. A dialect turns the meaning into its own words."""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

Kind = Literal[
    "unreadable",  # not JSON, or no object
    "invalid",  # readable, but a field is not acceptable
    "unauthenticated",
    "forbidden",
    "not_found",
    "method_not_allowed",
    "too_large",
    "unsupported_media_type",
    "rate_limited",
    "server_error",
    "unavailable",
]


class FieldError(NamedTuple):
    field: str
    message: str


class Problem(Exception):
    """A refusal. `kind` is one of `Kind` or a meaning of the app's own that its dialect knows."""

    def __init__(
        self,
        kind: str,
        message: str,
        *,
        details: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.kind, self.message, self.details, self.headers = (
            kind,
            message,
            list(details),
            dict(headers or {}),
        )


def invalid(*details: FieldError) -> Problem:
    """A validation error that names each field."""
    return Problem("invalid", "; ".join(f"{d.field}: {d.message}" for d in details), details=details)
