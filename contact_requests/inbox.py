"""The tab "Requests" of the inbox."""

from django.utils.translation import pgettext_lazy

from config.accounts.inbox import Tab
from config.accounts.models import Pro

from .models import ContactRequest


def tab(pro: Pro) -> Tab:
    """See `config.accounts.inbox`."""
    new_requests = ContactRequest.objects.for_pro(pro).filter(status=ContactRequest.Status.NEW)
    return Tab(1, "contact_requests", "contact_requests:inbox", pgettext_lazy("inbox", "Requests"), new_requests)
