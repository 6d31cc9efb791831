"""How lists show an inquiry in short."""

from decimal import Decimal
from typing import Any


class Summary:
    """The short forms of an inquiry's columns, for an instance of the model and for a row of a list."""

    __slots__ = ()
    person: Any
    message: Any
    budget: Any
    step: Any

    @property
    def pipeline_status(self) -> str:
        """The key of the current step."""
        return str(self.step.key)

    @property
    def full_name(self) -> str:
        """The customer's first and last name; "" while the profile is missing or has none."""
        names = (self.person.get("first_name", ""), self.person.get("last_name", ""))
        return " ".join(name for name in names if name)

    @property
    def truncated_message(self) -> str:
        """The first 10 words, then "..." if there are more."""
        words = self.message.split()
        return " ".join(words[:10]) + ("..." if len(words) > 10 else "")

    @property
    def budget_display(self) -> str | None:
        """The budget in Dutch notation, whatever the reader's language: "€ 4.500,00"."""
        budget: Decimal | None = self.budget
        return None if budget is None else f"€ {budget:,.2f}".translate(DUTCH)


DUTCH = str.maketrans(",.", ".,")
