"""Lists of the desk's menu: who waits, later, done, all conversations, drafts."""

from django.utils.translation import pgettext_lazy

from config.accounts.inbox import Tab
from config.accounts.models import Pro

from .models import Draft, WaitingItem


def tabs(pro: Pro) -> list[Tab]:
    """See `config.accounts.inbox`."""
    items = WaitingItem.objects.for_pro(pro)
    return [
        Tab(1, "waiting:list", pgettext_lazy("inbox", "Waiting"), "inbox", items.first_of_each_person()),
        Tab(2, "waiting:later", pgettext_lazy("inbox", "Later"), "clock", items.next_of_each_person()),
        Tab(3, "waiting:done", pgettext_lazy("inbox", "Done"), "circle-check"),
        Tab(5, "waiting:all", pgettext_lazy("inbox", "All conversations"), "messages-square"),
        Tab(6, "waiting:drafts", pgettext_lazy("inbox", "Drafts"), "pencil-line", Draft.objects.for_pro(pro)),
    ]
