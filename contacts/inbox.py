"""Lists of the desk's menu: who waits, later, done, all conversations, drafts."""

from django.db.models import Count, Q, QuerySet
from django.utils.translation import pgettext_lazy

from config.accounts.inbox import Tab
from config.accounts.models import Pro

from .models import Draft, WaitingItem

# As many as `first_of_each_person` and `next_of_each_person` find, without a look at others for each.
PEOPLE = Count("contact", distinct=True) + Count("pk", filter=Q(contact=None))


def _waiting(pro: Pro) -> QuerySet[WaitingItem]:
    return WaitingItem.objects.for_pro(pro).listed()


def _later(pro: Pro) -> QuerySet[WaitingItem]:
    return WaitingItem.objects.for_pro(pro).later()


def _drafts(pro: Pro) -> QuerySet[Draft]:
    return Draft.objects.for_pro(pro)


# See `config.accounts.inbox`.
TABS = [
    Tab(1, "waiting:list", pgettext_lazy("inbox", "Waiting"), "inbox", _waiting, PEOPLE),
    Tab(2, "waiting:later", pgettext_lazy("inbox", "Later"), "clock", _later, PEOPLE),
    Tab(3, "waiting:done", pgettext_lazy("inbox", "Done"), "circle-check"),
    Tab(5, "waiting:all", pgettext_lazy("inbox", "All conversations"), "messages-square"),
    Tab(6, "waiting:drafts", pgettext_lazy("inbox", "Drafts"), "pencil-line", _drafts),
]
