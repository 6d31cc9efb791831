"""Lists of the desk's menu: all contact requests, and those set aside as likely spam."""

from django.utils.translation import pgettext_lazy

from config.accounts.inbox import Tab
from config.accounts.models import Pro

from .models import ContactRequest


def tabs(pro: Pro) -> list[Tab]:
    """See `config.accounts.inbox`."""
    set_aside = ContactRequest.objects.for_pro(pro, quarantined=True)
    requests = pgettext_lazy("inbox", "Requests")
    return [
        Tab(4, "contact_requests:request_list", requests, "house"),
        Tab(7, "contact_requests:set_aside", pgettext_lazy("inbox", "Set aside"), "shield-alert", set_aside),
    ]
