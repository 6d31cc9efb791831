"""Refusals of a JSON request, before a dialect words them."""

from collections.abc import Mapping, Sequence

import msgspec


# One invalid field, as the default dialect shows it.
class Detail(msgspec.Struct, frozen=True):
    field: str
    message: str


class ProblemError(Exception):
    """A refused request. `kind` is a key of the dialect's `codes`: "invalid", "not_found", or one of the app's own."""

    def __init__(
        self, kind: str, message: str, *, details: Sequence[Detail] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.kind, self.message, self.details, self.headers = kind, message, details, headers or {}


def invalid_fields(*details: Detail) -> ProblemError:
    """Validation error that names every invalid field."""
    return ProblemError("invalid", "; ".join(f"{d.field}: {d.message}" for d in details), details=details)
