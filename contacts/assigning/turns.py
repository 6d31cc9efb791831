"""Assigning newcomers: to the agent of the property that they ask about, else by turns; and away colleagues' people."""

from config.accounts.models import Pro, User

from ..hours.own import those_at_work
from ..models import Contact
from .assignments import AlreadyAssignedError, assign, copy_assignees
from .colleagues import find_present


def assign_arrival(pro: Pro, contact: Contact | None, *, agent_id: int | None = None) -> None:
    """Assign somebody who has just written: whom nobody has, and whoever's assignee is away, to the stand-in.

    `agent_id` is the user who is the agent of the property. Without one, or anybody in their place, the turn decides,
    if the office wishes so. The caller holds the book and has stored the waiting item.
    """
    if contact is None or contact.deleted_at or not (contact.assigned_to_id or agent_id or pro.assigns_by_turns):
        return
    if contact.assigned_to_id:
        to = find_present(pro, contact.assigned_to_id)
    else:
        to = find_present(pro, agent_id) or (next_in_turn(pro) if pro.assigns_by_turns else None)
    if to and to.pk != contact.assigned_to_id:
        try:
            assign(contact, to, by=None, expected=contact.assigned_to_id)
        except AlreadyAssignedError:
            # Assigned anew since the caller read the contact.
            copy_assignees(contact)


def next_in_turn(pro: Pro) -> User | None:
    """The colleague whose turn was longest ago, to whom this one counts; None if all are away.

    Where somebody has hours of their own, the turns are of those who are at work now, and of all while nobody is. The
    caller holds the book: of two that ask at once the second sees the turn of the first. Somebody new, or back from
    being away, has the next turn, and none of those that they missed.
    """
    users = list(User.objects.filter(pro=pro, is_active=True).select_related("pro").order_by("last_turn", "pk"))
    chosen = next(iter(those_at_work(pro, [user for user in users if not user.is_away])), None)
    if chosen:
        User.objects.filter(pk=chosen.pk).update(last_turn=users[-1].last_turn + 1)
    return chosen
