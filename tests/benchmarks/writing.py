"""Three writes beside the same rows from the limit: an inquiry of a program, a visitor's form, a change of status."""

import itertools
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from django.db.models import QuerySet

from contact_requests.models import ContactRequest, ContactRequestEvent, Property
from contact_requests.spam import make_stamp
from inquiries.models import Inquiry, InquiryHistory

from .contents import form_content, inquiry_content
from .figure import Figure, of_rounds, ratios
from .inprocess import program
from .load import ask, request
from .recording import record_form, record_status, record_submission
from .serving import LIMIT, VESTIBULE, Server, measure_in_turns, processor_times, rates, serving_all, speeds
from .setting import Setting

FORM = "application/x-www-form-urlencoded"


def figures(setting: Setting) -> Iterator[Figure]:
    prop = Property.objects.select_related("pro").filter(pro=setting.largest).order_by("slug")[0]
    recordings = {
        "submission": record_submission(setting),
        "form": record_form(prop),
        "status": record_status(setting.largest, program(setting.token(setting.largest))),
    }
    unknown = {table for recording in recordings.values() for table in recording.unknown}
    yield Figure(f"tables that only Vestibule writes to {sorted(unknown) or ''}".strip(), len(unknown), "", at_most=0)
    with tempfile.TemporaryDirectory() as folder:
        rows = Path(folder) / "rows.json"
        rows.write_text(json.dumps({name: one.rows for name, one in recordings.items()}, default=str))
        with serving_all(VESTIBULE, LIMIT, LIMIT_ROWS=str(rows)) as servers:
            yield from _inquiries(setting, servers)
            yield from _forms(setting, servers, prop)
            yield from _statuses(setting, servers)


def _inquiries(setting: Setting, servers: dict[str, Server]) -> Iterator[Figure]:
    message = request("POST", "/api/inquiries", setting.token(setting.largest), inquiry_content())
    for clients in (8, 32):
        histories = InquiryHistory.objects.count() - Inquiry.objects.count()
        label = f"submission, {clients} clients"
        yield from _measure(setting, servers, label, lambda _name: itertools.repeat(message), clients, Inquiry.objects)
        kept = InquiryHistory.objects.count() - Inquiry.objects.count()
        yield Figure(f"{label}: inquiries without history", histories - kept, "", at_most=0)


def _forms(setting: Setting, servers: dict[str, Server], prop: Property) -> Iterator[Figure]:
    def send(name: str) -> Iterator[bytes]:
        for number in itertools.count():
            content = form_content(f"{name.lower()}{number}@example.net", make_stamp(prop, time.time() - 60))
            yield request("POST", prop.get_absolute_url(), content=content, content_type=FORM)

    def prepared(name: str) -> Iterator[bytes]:
        # Signing takes the client's time, so most are made before.
        ready, rest = 400 if setting.is_small else 8_000, send(name)
        return itertools.chain(list(itertools.islice(rest, ready)), rest)

    rows = ContactRequest.objects.filter(contact__isnull=False)
    yield from _measure(setting, servers, "public form, 8 clients", prepared, 8, rows)


def _statuses(setting: Setting, servers: dict[str, Server]) -> Iterator[Figure]:
    ids = list(ContactRequest.objects.for_pro(setting.largest).filter(status="new").values_list("pk", flat=True))
    # The limit takes more of them.
    share = {VESTIBULE: ids[: len(ids) * 3 // 10], LIMIT: ids[len(ids) * 3 // 10 :]}
    token = setting.token(setting.largest)

    def put(name: str) -> Iterator[bytes]:
        for id in share[name]:
            yield request("PUT", f"/pro/contact-requests/{id}", token, b'{"status": "read"}')

    rows = ContactRequestEvent.objects.all()
    yield from _measure(setting, servers, "status, 8 clients", put, 8, rows)


def _measure(
    setting: Setting,
    servers: dict[str, Server],
    label: str,
    send: Callable[[str], Iterator[bytes]],
    clients: int,
    rows: QuerySet,  # type: ignore[type-arg]
) -> Iterator[Figure]:
    messages = {name: send(name) for name in servers}
    for name, server in servers.items():
        answer = ask(server.port, next(messages[name]))
        assert answer[9:10] in (b"2", b"3") and b"sign-in" not in answer, (name, answer[:2000])
    before = rows.count()
    loads = measure_in_turns(servers, messages, clients, setting)
    made = rows.count() - before
    good = sum(len(load.durations) for rounds in loads.values() for load in rounds)
    for name, rounds in loads.items():
        yield of_rounds(f"{label}: {name}", rates(rounds), "/s", point=("writes", name, label))
        yield of_rounds(f"{label}: {name}, processor", processor_times(rounds), "ms")
    own, limit = speeds(loads[VESTIBULE]), speeds(loads[LIMIT])
    yield ratios(f"{label}: share of the limit", own, limit, "", at_least=0.6)
    refused = [text for load in loads[VESTIBULE] for text in load.refused]
    yield Figure(f"{label}: errors {refused[0][:60]!r}" if refused else f"{label}: errors", len(refused), "", at_most=0)
    yield Figure(f"{label}: acknowledged and not stored", max(good - made, 0), "", at_most=0)
