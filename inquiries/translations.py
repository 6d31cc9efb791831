"""Translate stored English texts of the product for the reader: labels of shipped types, notes, refusals.

Texts of staff and Pros are shown as they are. Programs get the stored English.
"""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, pgettext, pgettext_lazy

from .models import Inquiry, PipelineStep
from .pipeline.moves import InvalidTransitionError

# Labels of the shipped types, which are stored in rows. Listed for `makemessages`.
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
# Notes that the product itself writes into a history.
OWN_NOTES = {
    gettext_noop("Inquiry created"),
    gettext_noop("Pipeline changed"),
    gettext_noop("Offer sent"),
    gettext_noop("The customer opened the offer"),
    gettext_noop("The customer accepted the offer"),
}

# Common statuses of cases.
CASE_STATUSES = {
    "open": pgettext_lazy("case", "open"),
    "in_progress": pgettext_lazy("case", "in progress"),
    "resolved": pgettext_lazy("case", "resolved"),
    "closed": pgettext_lazy("case", "closed"),
}


def pipeline_label(text: str) -> str:
    """Translate a name, label or description of a type or step."""
    return pgettext("pipeline", text) if text else ""


def userhub_name(userhub_id: int, inquiry: Inquiry) -> str:
    """Name a UserHub user to the Pro of an inquiry: a user of the Pro, the customer, else by number."""
    if name := inquiry.colleagues.get(userhub_id):
        return name
    if userhub_id == inquiry.user_id:
        return inquiry.customer_name or _("the customer")
    return _("UserHub user %(id)s") % {"id": userhub_id}


def case_status_label(key: str) -> str:
    """Translate the status of a case; an unknown one is returned as it is."""
    return str(CASE_STATUSES.get(key, key))


def history_note(note: str) -> str:
    """Translate a note that the product wrote into a history."""
    return _(note) if note in OWN_NOTES else note


def describe_refusal(inquiry: Inquiry, error: InvalidTransitionError) -> str:
    """Tell the reader of a refused move the current step and the allowed ones."""
    rows = PipelineStep.objects.filter(inquiry_type=inquiry.inquiry_type_id)
    labels = {key: pipeline_label(label) for key, label in rows.values_list("key", "label")}
    names = {"subject": inquiry.subject, "step": labels.get(error.current, error.current)}
    refusal = _("“%(subject)s” was not moved. It is now on “%(step)s”.") % names
    if not error.allowed:
        return f"{refusal} {_('No moves are allowed from there.')}"
    steps = ", ".join(f"“{labels.get(key, key)}”" for key in error.allowed)
    return f"{refusal} {_('From there it can move to: %(steps)s.') % {'steps': steps}}"
