"""Inbox tab of conversations with unread messages."""

from django.utils.translation import pgettext_lazy

from config.accounts.inbox import Tab
from config.accounts.models import Pro

from .models import Contact


def tab(pro: Pro) -> Tab:
    """See `config.accounts.inbox`."""
    name = pgettext_lazy("inbox", "Messages")
    return Tab(3, "messages", "messages:conversation_list", name, Contact.objects.for_pro(pro).unread())
