"""Context of the buttons that assign a person."""

from typing import Any

from config.web.together import Answers

from ..assigning.colleagues import list_colleagues
from ..models import Contact


def assignee_context(contact: Contact, answers: Answers) -> dict[str, Any]:
    """The assignee of a person, and to whom they can be given: the menu of an office of one has neither."""
    colleagues = list_colleagues(contact.pro, answers)
    known = {each.id: each.name for each in colleagues}
    holder_id = contact.assigned_to_id
    # Somebody who may not sign in any more is no colleague.
    name = known.get(holder_id) or str(contact.assigned_to) if holder_id else ""
    others = [each for each in colleagues if each.id != holder_id] if len(colleagues) > 1 or holder_id else []
    return {"assignee": name, "assignable": others, "may_take": len(colleagues) > 1 and not holder_id}
