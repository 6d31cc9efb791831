"""Office hours and targets of the demo, by the e-mail of the Pro."""

from typing import Any

from django.utils import timezone

from config.accounts.models import Pro

from ..hours.targets import Targets
from ..models import FirstResponse, OfficeHours, WaitingItem
from ..waiting.first_responses import rebuild_responses
from ..waiting.overdue import OWNERS
from .texts import WHATSAPP

# The channel of contact requests.
FORM = "form"


def _week(workday: list[list[int]], saturday: list[list[int]]) -> list[list[list[int]]]:
    """From Monday on, in minutes since midnight; Sundays are closed."""
    return [*[workday] * 5, saturday, []]


HOURS: dict[str, dict[str, Any]] = {
    "agence@example.com": {
        "week": _week([[540, 750], [840, 1110]], [[570, 750]]),
        "holidays_country": "FR",
        "target_minutes": 480,
        "channel_targets": {FORM: 240, WHATSAPP: 60},
    },
    "kantoor@example.net": {
        "week": _week([[540, 720], [780, 1050]], [[600, 780]]),
        "holidays_country": "BE",
        "target_minutes": 180,
    },
    "office@example.org": {
        "week": _week([[570, 1050]], [[600, 840]]),
        "holidays_country": "IE",
        "target_minutes": 240,
    },
    "maison.lenoir@example.com": {
        "week": _week([[600, 720], [840, 1080]], []),
        "holidays_country": "BE",
        "target_minutes": 480,
    },
}


def settle_in_demo(pro: Pro) -> None:
    """Give a demo Pro hours and a target, unless it has some, and count the answers of the past. Call it last.

    Nobody is mailed about those who are late already.
    """
    is_new = pro.email in HOURS and not OfficeHours.objects.for_pro(pro).exists()
    hours = OfficeHours.objects.create(pro=pro, **HOURS[pro.email]) if is_new else None
    if hours or not FirstResponse.objects.for_pro(pro).exists():
        rebuild_responses(pro)
    if hours:
        late = Targets(hours, timezone.now()).have_waited(1)
        WaitingItem.objects.for_pro(pro).open().filter(late).update(overdue_told=OWNERS)
