"""The colleagues of an office to whom people can be assigned."""

from typing import Any, NamedTuple

from django.db.models import QuerySet

from config.accounts.models import Pro, User
from config.web.compiled import Compiled
from config.web.together import UNASKED, Answers


class Colleague(NamedTuple):
    """A user of the Pro who may sign in."""

    id: int
    given_name: str
    email: str

    @property
    def name(self) -> str:
        return self.given_name or self.email


def _rows(pro: Pro) -> QuerySet[User, Any]:
    rows = User.objects.filter(pro=pro, is_active=True)
    return rows.order_by("name", "email", "pk").values_list("pk", "name", "email")


# The question of `list_colleagues`, by the Pro.
COLLEAGUES = Compiled[tuple[int, str, str]](_rows, keeps_plan=True)


def list_colleagues(pro: Pro, answers: Answers = UNASKED) -> list[Colleague]:
    """The colleagues of an office, by name."""
    return [Colleague(*row) for row in answers.rows(COLLEAGUES.question(pro))]


def find_colleague(pro: Pro | int, id: int | None) -> User | None:
    """One of the colleagues of an office; None for anybody else."""
    return User.objects.select_related("pro").filter(pro=pro, is_active=True, pk=id).first() if id else None


def find_present(pro: Pro, id: int | None) -> User | None:
    """A colleague, or whoever stands in while they are away; None where nobody does.

    Nobody stands in for a stand-in: what one colleague looks after for another goes no further.
    """
    user = find_colleague(pro, id)
    if user and user.is_away:
        user = find_colleague(pro, user.stand_in_id)
    return None if user is None or user.is_away else user
