"""The product's own words that are stored, in the reader's language, and why a move was refused.

What staff or pros wrote is shown as it stands, and programs get what is stored: English.
"""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, pgettext, pgettext_lazy

from .models import Inquiry, PipelineStep
from .pipeline.moves import InvalidTransitionError

# The types that come with the product are rows, which staff may change. Here for `makemessages` to find them.
SHIPPED = [
    pgettext_lazy("pipeline", "Question"),
    pgettext_lazy("pipeline", "General questions or inquiries about services or products"),
    pgettext_lazy("pipeline", "Submitted"),
    pgettext_lazy("pipeline", "Inquiry received and queued for review."),
    pgettext_lazy("pipeline", "In Review"),
    pgettext_lazy("pipeline", "A team member is reviewing the inquiry."),
    pgettext_lazy("pipeline", "Answered"),
    pgettext_lazy("pipeline", "A response has been sent to the customer."),
    pgettext_lazy("pipeline", "Closed"),
    pgettext_lazy("pipeline", "Inquiry fully handled and archived."),
    pgettext_lazy("pipeline", "Call-back Request"),
    pgettext_lazy("pipeline", "Request for a phone call from our team"),
    pgettext_lazy("pipeline", "Request received; nobody has called yet."),
    pgettext_lazy("pipeline", "Call Planned"),
    pgettext_lazy("pipeline", "A team member will call at an agreed time."),
    pgettext_lazy("pipeline", "Called"),
    pgettext_lazy("pipeline", "The customer has been called."),
    pgettext_lazy("pipeline", "Request fully handled and archived."),
    pgettext_lazy("pipeline", "Offer Request"),
    pgettext_lazy("pipeline", "Request for a priced offer"),
    pgettext_lazy("pipeline", "Request received and queued for an offer."),
    pgettext_lazy("pipeline", "Offer Created"),
    pgettext_lazy("pipeline", "A first offer has been drawn up."),
    pgettext_lazy("pipeline", "Offer Sent"),
    pgettext_lazy("pipeline", "The offer has been sent to the customer."),
    pgettext_lazy("pipeline", "Offer Viewed"),
    pgettext_lazy("pipeline", "The customer has opened the offer."),
    pgettext_lazy("pipeline", "In Negotiation"),
    pgettext_lazy("pipeline", "The customer asked for changes."),
    pgettext_lazy("pipeline", "Offer Revised"),
    pgettext_lazy("pipeline", "The offer has been changed as agreed."),
    pgettext_lazy("pipeline", "Offer Accepted"),
    pgettext_lazy("pipeline", "The customer has accepted the offer."),
    pgettext_lazy("pipeline", "Contract Prepared"),
    pgettext_lazy("pipeline", "The contract has been drawn up."),
    pgettext_lazy("pipeline", "Contract Sent"),
    pgettext_lazy("pipeline", "The contract is with the customer."),
    pgettext_lazy("pipeline", "Contract Signed"),
    pgettext_lazy("pipeline", "Both sides have signed."),
    pgettext_lazy("pipeline", "Scheduled"),
    pgettext_lazy("pipeline", "A date for the work has been agreed."),
    pgettext_lazy("pipeline", "Work Started"),
    pgettext_lazy("pipeline", "The work is being done."),
    pgettext_lazy("pipeline", "Delivered"),
    pgettext_lazy("pipeline", "The work has been handed over."),
]
# The notes that the product itself writes into a history.
OWN_NOTES = {gettext_noop("Inquiry created"), gettext_noop("Pipeline changed")}

# The usual statuses of the cases of another system.
CASE_STATUSES = {
    "open": pgettext_lazy("case", "open"),
    "in_progress": pgettext_lazy("case", "in progress"),
    "resolved": pgettext_lazy("case", "resolved"),
    "closed": pgettext_lazy("case", "closed"),
}


def shown(words: str) -> str:
    """A name, label or description of a type or step, as the reader sees it."""
    return pgettext("pipeline", words) if words else ""


def who(userhub_id: int, inquiry: Inquiry) -> str:
    """Who a user of UserHub is, to the Pro of an inquiry: one of their own people, the customer, else a number."""
    if name := inquiry.colleagues.get(userhub_id):
        return name
    if userhub_id == inquiry.user_id:
        return inquiry.customer_name or _("the customer")
    return _("UserHub user %(id)s") % {"id": userhub_id}


def case_status(key: str) -> str:
    """A status of cases, as the reader sees it; one that nobody here knows, as it stands."""
    return str(CASE_STATUSES.get(key, key))


def told(note: str) -> str:
    """The note of a history, as the reader sees it."""
    return _(note) if note in OWN_NOTES else note


def refusal(inquiry: Inquiry, error: InvalidTransitionError) -> str:
    """Why a move was not made, on every page the same: where the inquiry stands, and where it may go from there."""
    rows = PipelineStep.objects.filter(inquiry_type=inquiry.inquiry_type_id)
    labels = {key: shown(label) for key, label in rows.values_list("key", "label")}
    names = {"subject": inquiry.subject, "step": labels.get(error.present, error.present)}
    said = _("“%(subject)s” was not moved. It stands on “%(step)s” now.") % names
    if not error.allowed:
        return f"{said} {_('It goes nowhere from there.')}"
    steps = ", ".join(f"“{labels.get(key, key)}”" for key in error.allowed)
    return f"{said} {_('From there it may go to: %(steps)s.') % {'steps': steps}}"
