"""Lists of the desk's menu: who waits, later, done, all conversations, drafts."""

from django.db.models import QuerySet
from django.utils.translation import pgettext_lazy

from config.accounts.inbox import Tab, TabNumber
from config.accounts.models import Pro
from config.web.together import Answers

from .models import Draft
from .waiting.counting import ask_counts, ask_later, count_later, count_waiting, format_count


def _waiting(pro: Pro, answers: Answers) -> str:
    people = count_waiting(pro, answers).all
    return format_count(people) if people else ""


def _later(pro: Pro, answers: Answers) -> str:
    people = count_later(pro, answers)
    return format_count(people) if people else ""


def _drafts(pro: Pro) -> QuerySet[Draft]:
    return Draft.objects.for_pro(pro)


# See `config.accounts.inbox`.
TABS = [
    Tab(1, "waiting:list", pgettext_lazy("inbox", "Waiting"), "inbox", number=TabNumber(ask_counts, _waiting)),
    Tab(2, "waiting:later", pgettext_lazy("inbox", "Later"), "clock", number=TabNumber(ask_later, _later)),
    Tab(3, "waiting:done", pgettext_lazy("inbox", "Done"), "circle-check"),
    Tab(5, "waiting:all", pgettext_lazy("inbox", "All conversations"), "messages-square"),
    Tab(6, "waiting:drafts", pgettext_lazy("inbox", "Drafts"), "pencil-line", _drafts),
]
