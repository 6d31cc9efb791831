"""An offer moves its inquiry along: sent, opened and accepted, where the pipeline has a step for it and allows it."""

from config.accounts.models import ApiToken, User

from ..models import Inquiry, Offer, PipelineStep
from ..pipeline.moves import InvalidTransitionError, move_inquiry

# Status of an offer -> keys of the steps on the way to the one that says so, which is the last.
STEPS: dict[str, tuple[str, ...]] = {
    Offer.Status.SENT: ("offer_created", "offer_sent"),
    Offer.Status.VIEWED: ("offer_created", "offer_sent", "offer_viewed"),
    Offer.Status.ACCEPTED: ("offer_created", "offer_sent", "offer_viewed", "offer_accepted"),
}
# Notes of the history, in English; `history_note` translates them.
NOTES: dict[str, str] = {
    Offer.Status.SENT: "Offer sent",
    Offer.Status.VIEWED: "The customer opened the offer",
    Offer.Status.ACCEPTED: "The customer accepted the offer",
}


def follow_offer(inquiry: Inquiry, status: str, *, by: User | ApiToken | None = None) -> None:
    """Move a locked inquiry to the step of an offer's new status, as far as its pipeline allows.

    Without `by` it was the customer. Nothing is refused: an inquiry that cannot follow stays where it is.
    """
    changed_by = None if by else inquiry.user_id
    for _ in STEPS.get(status, ()):
        step = _following_step(inquiry, STEPS[status])
        if step is None:
            return
        try:
            move_inquiry(inquiry, to=step.key, by=by, changed_by=changed_by, note=NOTES[status])
        except InvalidTransitionError:
            return


def _following_step(inquiry: Inquiry, keys: tuple[str, ...]) -> PipelineStep | None:
    """The allowed step that is nearest to the last of `keys`; to the others no move leads back."""
    allowed = {step.key: step for step in inquiry.allowed_steps()}
    if inquiry.step.key == keys[-1] or keys[-1] in allowed:
        return allowed.get(keys[-1])
    on_the_way = [allowed[key] for key in keys if key in allowed]
    return next((step for step in reversed(on_the_way) if step.sort_order > inquiry.step.sort_order), None)
