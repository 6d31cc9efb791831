"""Switch off an endpoint that wants no more events, or has failed for days, and tell its Pro by mail."""

from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.tasks import task
from django.urls import reverse

from config.accounts.automatic_mails import send_automatic
from config.accounts.models import BouncedAddress, Pro
from config.audit.kinds import Kind
from config.audit.recording import record_event
from config.jobs.turns import in_turn
from config.web import mail

from .models import Endpoint


def note_wanted_types(pro: Pro) -> None:
    """Keep on the Pro which kinds of events its endpoints want. The caller has locked the Pro."""
    types = sorted({type for endpoint in Endpoint.objects.for_pro(pro).enabled() for type in endpoint.types})
    pro.event_types = "".join(f" {type} " for type in types)
    Pro.objects.filter(pk=pro.pk).update(event_types=pro.event_types)


def switch_off(endpoint: Endpoint, problem: str) -> None:
    """Switch an endpoint off by itself; what waits for it stays until it is switched on or too old."""
    with transaction.atomic():
        pro = Pro.objects.select_for_update(no_key=True).get(pk=endpoint.pro_id)
        if not Endpoint.objects.enabled().filter(pk=endpoint.pk).update(is_enabled=False, problem=problem):
            return
        note_wanted_types(pro)
        record_event(Kind.ENDPOINT_CHANGED, endpoint, pro=pro, detail=f"off,{problem}")
        in_turn(mail_switched_off, pro.pk).enqueue(str(endpoint.pk))


@task(queue_name="mail")
def mail_switched_off(endpoint_id: str) -> None:
    """Tell the Pro that an endpoint is off, and why."""
    rows = Endpoint.objects.select_related("pro").filter(pk=UUID(endpoint_id), deleted_at=None, is_enabled=False)
    endpoint = rows.first()
    if endpoint is None:
        return
    url = settings.SITE_URL + reverse("events:endpoint", args=[endpoint.pk])
    send_automatic(
        endpoint.pro,
        "endpoint_off",
        {"endpoint": endpoint, "url": url},
        kind=BouncedAddress.Mail.NOTIFICATION,
        to=endpoint.pro.email,
        language=endpoint.pro.language,
        headers=mail.AUTO_GENERATED,
    )
