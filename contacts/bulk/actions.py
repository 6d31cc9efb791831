"""Lists whose rows can be changed many at once, and what can be done with them.

An app names its lists in LISTS of a module `bulk_actions`. An action calls the verb that its single counterpart calls.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping
from typing import Any, ClassVar, NamedTuple

from django.db.models import Q, QuerySet
from django.http import QueryDict

from config.accounts.http import ProRequest
from config.accounts.models import Pro, User
from config.web.hooks import hooks

from ..models import BulkRow, BulkRun

type Choices = list[tuple[str, Any]]


class Skip(NamedTuple):
    """Rows that an action leaves as they are: why, for people, and which."""

    label: Any
    rows: Q


class SkippedError(Exception):
    """A row turned out to be one to leave as it is, for the reason `code` of the action's skips."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Action(ABC):
    """One thing that can be done with many rows. `key` names it in a run, `label` for people."""

    key: ClassVar[str]
    label: Any
    can_be_undone: ClassVar[bool] = True
    # Rows in a transaction, which keeps others waiting: more where one statement changes several of them.
    batch: ClassVar[int] = 25
    undo_batch: ClassVar[int] = 25
    # What there is to know beside the number of rows, for people.
    note: Any = ""

    def choices(self, pro: Pro) -> Choices:
        """Its values with their names; one empty value for an action without any."""
        return [("", "")]

    def skips(self, value: str) -> Mapping[str, Skip]:
        """Rows to leave as they are, by a code of at most 20 characters that a run counts them under."""
        return {}

    def hold(self, keys: Collection[Any]) -> None:  # noqa: B027 - most rows need no more than the book.
        """Lock the rows with these keys, and what hangs on them, in the order of locks. The book is held."""

    @abstractmethod
    def change(self, row: Any, value: str, *, by: User | None) -> dict[str, Any]:
        """Change one row by the verb of the single action; returns what `undo` needs.

        Raises SkippedError, and DoesNotExist for a row that is gone.
        """

    def change_together(self, rows: list[Any], value: str, *, by: User | None) -> dict[Any, dict[str, Any]]:
        """Change several rows in a transaction; returns what `undo` needs, by key. For actions with a verb for several.

        Raises NotImplementedError for others.
        """
        raise NotImplementedError

    def undo_together(self, worked: Mapping[Any, dict[str, Any]], value: str, *, by: User | None) -> set[Any]:
        """Take the changes of several rows back in a transaction; returns their keys. Each has what `change` returned.

        Raises NotImplementedError for actions without a verb for several.
        """
        raise NotImplementedError

    def tell(self, run: BulkRun, value: str, after: int) -> None:  # noqa: B027 - most concern nobody else.
        """Enqueue the job that tells somebody of the rows that a run changed, from the one after this number on.

        The run has ended, or was stopped.
        """

    def trace(self, rows: Collection[Any]) -> dict[Any, Any]:
        """A value of each of these rows, by key, by which `touched` tells whether somebody changes it later."""
        return {}

    def touched(self, rows: Mapping[Any, Any], worked: Collection[BulkRow]) -> set[Any]:
        """Keys of the rows that somebody has changed since the run did, so that they stay."""
        return set()

    def undo(self, row: Any, value: str, before: dict[str, Any], *, by: User | None) -> None:
        """Take the change of one row back."""
        raise NotImplementedError


class RowAction(Action):
    """An action that changes the row itself, so that `updated_at` tells of later changes."""

    def trace(self, rows: Collection[Any]) -> dict[Any, Any]:
        found = type(next(iter(rows)))._default_manager.filter(pk__in=[row.pk for row in rows])
        return {key: at.isoformat() for key, at in found.values_list("pk", "updated_at")}

    def touched(self, rows: Mapping[Any, Any], worked: Collection[BulkRow]) -> set[Any]:
        return {row.key for row in worked if rows[row.key].updated_at.isoformat() != row.before.get("trace")}


class BulkList(NamedTuple):
    """A list of a Pro's rows. `model` and `all_rows` say of what; those that a page shows are found by `select`.

    `url_name` is that of the list's page, `checkbox` the name of the boxes on it. `describe` gives the name of a row,
    and `row_url` its address.
    """

    name: str
    title: Any
    url_name: str
    checkbox: str
    model: Any
    all_rows: Callable[[Pro], QuerySet[Any]]
    select: Callable[[ProRequest, QueryDict], QuerySet[Any]]
    actions: tuple[Action, ...]
    describe: Callable[[Any], str]
    row_url: Callable[[Any], str]

    def find_action(self, text: str) -> tuple[Action, str] | None:
        """The action of a run and its value, from "key:value"; None for one that there is not."""
        key, _colon, value = text.partition(":")
        action = next((action for action in self.actions if action.key == key), None)
        return (action, value) if action else None

    def check_action(self, pro: Pro, text: str) -> bool:
        """True for an action with one of the values that the Pro may choose."""
        found = self.find_action(text)
        return bool(found) and found[1] in dict(found[0].choices(pro))  # type: ignore[index]

    def word_action(self, pro: Pro, text: str) -> str:
        """An action with its value, for people; "" for one that there is not any more."""
        if (found := self.find_action(text)) is None:
            return ""
        action, value = found
        name = dict(action.choices(pro)).get(value, "–") if value else ""
        return f"{action.label}: {name}" if name else str(action.label)

    def groups(self, pro: Pro) -> list[tuple[Any, Choices]]:
        """All actions of the list, for a select: (label, [("key:value", label)])."""
        groups: list[tuple[Any, Choices]] = []
        for action in self.actions:
            choices = action.choices(pro)
            if [value for value, _label in choices] == [""]:
                groups.append(("", [(action.key, action.label)]))
            elif choices:
                groups.append((action.label, [(f"{action.key}:{value}", label) for value, label in choices]))
        return groups


def find_list(name: str) -> BulkList | None:
    """The list of this name."""
    lists = (each for module in hooks("bulk_actions", "LISTS") for each in module.LISTS)
    return next((each for each in lists if each.name == name), None)
