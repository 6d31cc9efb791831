"""Switches: what lets people, programs and messages into an office, and is off while it is closed.

An app names its own in SWITCHES of a module `closing`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from config.accounts.models import ApiToken, Pro, User
from config.web.hooks import hooks


@dataclass(frozen=True)
class Switch:
    """A field of a Pro's rows by which they are on or off."""

    model: Any
    field: str

    @property
    def label(self) -> str:
        return self.model._meta.label_lower

    def switch_off(self, pro: Pro) -> list[Any]:
        """Switch off what is on; returns the ids of these rows as JSON has them."""
        ids = sorted(self._on(pro).values_list("pk", flat=True))
        self._on(pro).filter(pk__in=ids).update(**self._off())
        return [id if isinstance(id, int) else str(id) for id in ids]

    def switch_on(self, pro: Pro, ids: list[Any]) -> None:
        self.model._base_manager.filter(pro=pro, pk__in=ids).update(**{self.field: True})

    def _on(self, pro: Pro) -> QuerySet[Any]:
        return self.model._base_manager.filter(pro=pro, **{self.field: True})

    def _off(self) -> dict[str, Any]:
        return {self.field: False}


class PeopleSwitch(Switch):
    """Right to sign in. Superusers, who see every office anyway, stay as they are."""

    def _on(self, pro: Pro) -> QuerySet[Any]:
        return super()._on(pro).filter(is_superuser=False)


class TokenSwitch(Switch):
    """Tokens are on while they are not revoked."""

    def switch_on(self, pro: Pro, ids: list[Any]) -> None:
        self.model._base_manager.filter(pro=pro, pk__in=ids).update(**{self.field: None})

    def _on(self, pro: Pro) -> QuerySet[Any]:
        return self.model._base_manager.filter(pro=pro, **{self.field: None})

    def _off(self) -> dict[str, Any]:
        return {self.field: timezone.now()}


def all_switches() -> Iterator[Switch]:
    # People first: no one of them makes a token meanwhile.
    yield PeopleSwitch(User, "is_active")
    yield TokenSwitch(ApiToken, "revoked_at")
    for module in hooks("closing", "SWITCHES"):
        yield from module.SWITCHES
