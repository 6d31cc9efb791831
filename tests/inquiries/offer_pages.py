"""The pages of an offer in the workspace."""

from ..pages import Page


def form_of(response, status=200):
    """The page's form of an offer."""
    return Page(response, status).form("form:has([name=was]), form:has([name=title])")


def path(offer, more=""):
    return f"/inquiries/{offer.inquiry_id}/offers/{offer.pk}{more}"
