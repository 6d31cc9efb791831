"""Ids of other systems: UserHub's users, and cases."""

from typing import Annotated

from msgspec import Meta

from config.api.reading import TEXT_TOO

# The largest id that the database can store.
GREATEST_ID = 2**63 - 1
BOUNDS = f"A whole number from 1 to {GREATEST_ID}"


def id_meta(description: str = "") -> Meta:
    """Bounds of an id, said in words too."""
    return Meta(ge=1, le=GREATEST_ID, description=f"{description} {BOUNDS}, or the same as text.".strip())


Id = Annotated[int, id_meta(), TEXT_TOO]
