"""Record what somebody does."""

import re
import time
from typing import Any

from django.db.models import Model
from django.forms import BaseForm

from config.saving import insert, insert_missing
from config.web.aside import write_aside
from config.web.logs import request_id

from .kinds import Kind
from .models import AuditEvent

# A word of the program's, never one that somebody typed.
MAX_DETAIL = 80
DETAIL = re.compile(rf"[a-z0-9_.,:+-]{{0,{MAX_DETAIL}}}")
HOUR = 3600
# Views that this process has recorded in this hour: most requests then ask the database nothing. At most so many.
REMEMBERED = 10_000
_recorded: set[str] = set()


def record_event(kind: Kind, *about: Model, pro: Any, by: Model | None = None, detail: str = "") -> None:
    """Record one event, or one for each row of `about`, in the transaction of what it records.

    `by` is a User or an ApiToken; None for nobody and for the installation itself. `pro` is the Pro or its id, None for
    what concerns none. `detail` is a word of the program's in lower case, such as "csv" or "business,time_zone".
    """
    insert(*[_make_event(kind, row, pro, by, detail) for row in about or (None,)])


def record_view(contact: Model, *, by: Model) -> None:
    """Record that somebody saw a contact, once an hour for each of them, when the request has been answered."""
    event = _make_event(Kind.CONTACT_VIEWED, contact, contact.pro_id, by, "")  # type: ignore[attr-defined]
    event.once = f"{by._meta.model_name}:{by.pk}:{event.about_id}:{int(time.time()) // HOUR}"
    if event.once not in _recorded:
        write_aside(lambda: _record_once(event))


def _record_once(event: AuditEvent) -> None:
    insert_missing(event)
    if len(_recorded) >= REMEMBERED:
        _recorded.clear()
    _recorded.add(event.once or "")


def changed_names(form: BaseForm) -> str:
    """The names of the fields that a form changes, as the `detail` of an event; as many as have room."""
    names = ",".join(form.changed_data)
    return names if len(names) <= MAX_DETAIL else names[:MAX_DETAIL].rpartition(",")[0]


def forget_recorded() -> None:
    """Forget which views this process has recorded; for tests, whose rows go."""
    _recorded.clear()


def _make_event(kind: Kind, about: Model | None, pro: Any, by: Model | None, detail: str) -> AuditEvent:
    if not DETAIL.fullmatch(detail):
        raise ValueError(f"The detail of an event is a word of the program's, not {detail!r}.")
    actor = by._meta.model_name if by else None
    id = request_id.get()
    return AuditEvent(
        pro_id=pro.pk if isinstance(pro, Model) else pro,
        kind=Kind(kind).value,
        by_user_id=by.pk if by and actor == "user" else None,
        by_token_id=by.pk if by and actor == "apitoken" else None,
        about_kind=about._meta.label_lower if about else "",
        about_id=str(about.pk)[:50] if about else "",
        detail=detail,
        request_id="" if id == "-" else id[:64],
    )
