"""Refusals of a JSON request, by kind. A dialect words them."""

from collections.abc import Mapping, Sequence

import msgspec


# The fault of one field.
class Detail(msgspec.Struct, frozen=True):
    field: str
    message: str


class Problem(Exception):
    """A refusal. `kind` is a key of the dialect's `codes`: "invalid", "not_found", or one of the app's own."""

    def __init__(
        self, kind: str, message: str, *, details: Sequence[Detail] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.kind, self.message, self.details, self.headers = kind, message, details, headers


def invalid(*details: Detail) -> Problem:
    """A validation error that names each field."""
    return Problem("invalid", "; ".join(f"{d.field}: {d.message}" for d in details), details=details)
