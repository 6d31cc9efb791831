"""The words of the types that come with the product, in the reader's language.

They are rows, which staff may change: what staff wrote is shown as it stands, and programs get the rows' own words.
"""

from django.utils.translation import pgettext, pgettext_lazy

# Here for `makemessages` to find them.
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


def shown(words: str) -> str:
    """A name, label or description of a type or step, as the reader sees it."""
    return pgettext("pipeline", words) if words else ""
