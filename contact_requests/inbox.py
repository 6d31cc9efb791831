"""Lists of the desk's menu: all contact requests, and those set aside as likely spam."""

from django.db.models import QuerySet
from django.utils.translation import pgettext_lazy

from config.accounts.inbox import Tab
from config.accounts.models import Pro

from .listing import show_beside
from .models import ContactRequest


def _set_aside(pro: Pro) -> QuerySet[ContactRequest]:
    return ContactRequest.objects.for_pro(pro, quarantined=True)


# See `config.accounts.inbox`.
TABS = [
    Tab(4, "contact_requests:request_list", pgettext_lazy("inbox", "Requests"), "house", beside=show_beside),
    Tab(7, "contact_requests:set_aside", pgettext_lazy("inbox", "Set aside"), "shield-alert", _set_aside),
]
