"""A webhook with deliveries, for the pages that show them."""

from django.utils import timezone

from config.events.kinds import EventType
from config.events.managing import create_endpoint, send_test
from config.events.models import Dispatch, Endpoint


def make_webhook(pro):
    """A webhook with a delivery in each state, whose calls fail."""
    long = "wolfeschlegelsteinhausenbergerdorff"
    fields = {"url": f"https://{long}.example.com/{long * 3}", "types": list(EventType.values), "description": long * 3}
    endpoint = create_endpoint(pro, fields, by=None)
    answers = {"waiting": 500, "delivered": 204, "failed": None}
    for state, status in answers.items():
        dispatch = send_test(endpoint)
        more = {"state": state, "status": status, "reason": "" if status else "timeout", "answer": long * 9}
        Dispatch.objects.filter(pk=dispatch.pk).update(attempts=3, **more)
    Endpoint.objects.update(failures=3, failing_since=timezone.now())


def webhooks():
    return {"hook": Endpoint.objects.get().pk}
