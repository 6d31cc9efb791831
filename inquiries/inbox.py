"""The tab of open inquiries in the inbox."""

from django.utils.translation import pgettext_lazy

from config.accounts.inbox import Tab
from config.accounts.models import Pro

from .models import Inquiry


def tab(pro: Pro) -> Tab:
    """See `config.accounts.inbox`."""
    open_inquiries = Inquiry.objects.for_pro(pro).filter(status=Inquiry.Status.OPEN)
    return Tab(2, "inquiries", "inquiries:inquiry_list", pgettext_lazy("inbox", "Inquiries"), open_inquiries)
