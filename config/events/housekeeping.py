"""Old events go, and what can no longer be sent is given up."""

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from .models import Dispatch, Endpoint, Event
from .sending import TRIED_FOR

EVENTS_KEPT_FOR = timedelta(days=30)
ENDPOINTS_KEPT_FOR = timedelta(days=1)
BATCH = 1000


def expire_dispatches() -> None:
    """Give up what waited for three days at an endpoint that is off, or has not answered for as long.

    What waits for another reason, such as no worker, is tried first.
    """
    past = timezone.now() - TRIED_FOR
    idle = Q(endpoint__is_enabled=False) | Q(endpoint__failing_since__lt=past)
    old = Dispatch.objects.waiting().filter(idle, began_at__lt=past).order_by("pk").values_list("pk", flat=True)
    Dispatch.objects.waiting().filter(pk__in=list(old[:BATCH])).update(
        state=Dispatch.State.FAILED, reason=Dispatch.Reason.EXPIRED
    )


def prune_events() -> None:
    """Delete events after a month, unless they are on their way, and endpoints that were deleted."""
    now = timezone.now()
    on_way = Dispatch.objects.waiting().filter(event=OuterRef("pk"))
    old = Event.objects.filter(~Exists(on_way), created_at__lt=now - EVENTS_KEPT_FOR).order_by("created_at")
    Event.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:BATCH])).delete()
    Endpoint.objects.filter(deleted_at__lt=now - ENDPOINTS_KEPT_FOR).delete()
