"""Limits of what judging one document may take, the documents within it included."""

from dataclasses import dataclass


class UnsafeError(ValueError):
    """The document cannot be searched, or has more in it than a genuine one of 10 MB."""


@dataclass
class Budget:
    """Amounts that are left; beyond one of them the document is refused.

    `unpacked` and `sheets` are bytes; sheets are searched no further without, as a table may well be longer. A
    relationship counts as two elements, each mark and code of a field as one.
    """

    unpacked: int = 32 * 1024 * 1024
    sheets: int = 12 * 1024 * 1024
    members: int = 5_000
    documents: int = 200
    elements: int = 140_000
    entities: int = 100_000

    def spend(self, kind: str, amount: int = 1) -> None:
        """Raise UnsafeError when there is less left."""
        left = getattr(self, kind) - amount
        setattr(self, kind, left)
        if left < 0:
            raise UnsafeError(kind)
