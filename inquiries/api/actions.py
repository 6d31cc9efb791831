"""Actions on an inquiry."""

from typing import Any

from django.http import HttpResponse
from msgspec import UNSET, structs

from config.accounts.access import Caller
from config.api.dialect import json_response
from config.api.idempotency import RequestKey

from ..dialect import to_inquiry_body
from ..models import Inquiry
from ..pipeline.moves import clean_note, close_inquiry, link_case, move_inquiry
from ..schemas.answers import ActedOn, ActionAnswer
from ..schemas.input import ActionBody
from .base import api
from .reading import lock_inquiry


@api.endpoint(
    "POST",
    "/<int:id>/action",
    scope="inquiries:write",
    body=ActionBody,
    answer=ActionAnswer,
    current=lock_inquiry,
    errors=("invalid_transition",),
    takes_key=True,
)
def perform_inquiry_action(caller: Caller, id: int, body: ActionBody, key: RequestKey) -> HttpResponse:
    """Move an inquiry, close it, or link it to a case.

    `update_status` moves to the step `status`: the next one in order, or one that staff allowed from here. `close`
    leaves the pipeline early, from any step that is not terminal. Any other move is refused with "Failed to perform
    action", and `error` says from where to where. `link_case` links the case `case_id`, or none when it is null; to
    the present one again changes nothing; a note about it is not kept, as a link is no move.
    """
    with key.hold():
        answer = _act(caller, id, body)
        return key.answer(json_response(answer))


def _act(caller: Caller, id: int, body: ActionBody) -> ActionAnswer:
    inquiry = Inquiry.objects.for_pro(caller.pro).select_related("inquiry_type", "step").get(pk=id)
    given = {name: value for name, value in structs.asdict(body).items() if value is not UNSET}
    # A null note is no note; a null `changed_by` stays, and defaults to the token's actor.
    if given.get("note", "") is None:
        del given["note"]
    _perform(inquiry, given.pop("action"), given, caller)
    return ActionAnswer(message="Action performed successfully", data=ActedOn(to_inquiry_body(inquiry)))


def _perform(inquiry: Inquiry, action: str, given: dict[str, Any], caller: Caller) -> None:
    match action:
        case "update_status":
            move_inquiry(inquiry, to=given.pop("status"), by=caller.token, **given)
        case "close":
            close_inquiry(inquiry, by=caller.token, **given)
        case "link_case":
            # Validated but not stored: a link is no move and has no history row.
            clean_note(given.pop("note", ""))
            link_case(inquiry, given.pop("case_id"), by=caller.token, **given)
