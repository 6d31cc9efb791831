"""How long a Pro's answers usually take."""

from datetime import timedelta
from statistics import median

from django.utils import timezone

from config.accounts.models import Pro

from ..models import WaitingItem

# Of the newest that ended, whatever ended them; so the query takes as long for every Pro.
MAX_ITEMS = 200
MIN_ANSWERS = 5
MAX_AGE = timedelta(days=90)


def usual_answer_time(pro: Pro) -> timedelta | None:
    """The median time from an arrival to its answer, of the last 90 days; None with fewer than five answers."""
    ended = WaitingItem.objects.for_pro(pro).filter(ended_at__gt=timezone.now() - MAX_AGE)
    rows = ended.order_by("-ended_at", "-id").values_list("kind", "outcome", "since", "ended_at")[:MAX_ITEMS]
    seconds = [
        (ended_at - since).total_seconds()
        for kind, outcome, since, ended_at in rows
        if ended_at and kind != WaitingItem.Kind.REMINDER and outcome == WaitingItem.Outcome.ANSWERED
    ]
    return timedelta(seconds=median(seconds)) if len(seconds) >= MIN_ANSWERS else None
