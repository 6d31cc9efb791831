"""Inquiries: the list of a Pro who has a hundred thousand of them, and taking in new ones."""

import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db import connection
from django.test import Client

from config.accounts.models import Pro
from inquiries.customers.profiles import ACKNOWLEDGMENTS, MAX_ACKNOWLEDGMENTS_PER_DAY
from inquiries.models import DirectoryUser, Inquiry, InquiryHistory, InquiryType

from ..conftest import Api
from ..factories import make_token
from .figure import Figure, median
from .fill import fill_inquiries, without_search_index
from .plans import LISTS, PATH, faults
from .serving import ask, beside, body, milliseconds, request, serving

SIZES = {
    "postgresql": {"inquiries": 1_000_000, "pros": 2_000, "largest": 100_000},
    "sqlite": {"inquiries": 100_000, "pros": 1, "largest": 100_000},
}
SMALL = {"inquiries": 100_000, "pros": 1, "largest": 100_000}
DEPTH = 50_000
JOBS = "django_tasks_database_dbtaskresult"


def figures(is_small: bool = False) -> Iterator[Figure]:
    size = SMALL if is_small else SIZES[connection.vendor]
    print(f"\nInquiries on {connection.display_name}: {size}")  # noqa: T201
    at = time.perf_counter()
    with without_search_index(Inquiry):
        pro = fill_inquiries(**size)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE inquiries_inquiry" if connection.vendor == "postgresql" else "ANALYZE")
    yield Figure("filling the table", time.perf_counter() - at, "s")
    token = make_token(pro)
    yield from _plans(token)
    yield from _search(pro)
    with tempfile.TemporaryDirectory() as folder:
        rows = Path(folder) / "rows.json"
        rows.write_text(json.dumps(_rows_of_a_submission(pro, token), default=str))
        limit = {"LIMIT_DATABASE": _address(), "LIMIT_ROWS": str(rows)}
        with serving("config.wsgi:application") as own, serving("tests.benchmarks.limit:application", **limit) as bare:
            yield from _list(own, bare, token)
            yield from _submission(own, bare, token)


def _search(pro: Pro) -> Iterator[Figure]:
    """The first page of a search, with what Django takes to ask for it."""

    def page(text: str) -> list[Inquiry]:
        return list(Inquiry.objects.for_pro(pro).search(text).newest_first()[:51])

    yield Figure("page of a search for some inquiries", median([lambda: page("subject 77000")] * 9), at_most=20.0)
    yield Figure("page of a search for all inquiries", median([lambda: page("vries")] * 9))


def _address() -> str:
    """For the driver itself."""
    parameters = connection.get_connection_params() if connection.vendor == "postgresql" else {}
    if not parameters:
        return str(connection.settings_dict["NAME"])
    names = {"dbname": "dbname", "user": "user", "password": "password", "host": "host", "port": "port"}
    return " ".join(f"{name}={parameters[key]}" for key, name in names.items() if parameters.get(key))


def _plans(token: str) -> Iterator[Figure]:
    deep = ({"page": DEPTH // 15 + 1}, "inquiry_unassigned")
    wrong = [fault for query, index in [*LISTS, deep] for fault in faults(Api(token), query, index)]
    for fault in wrong:
        print(fault)  # noqa: T201
    yield Figure("queries of lists that leave their index", len(wrong), "", at_most=0)


def _list(own: int, bare: int, token: str) -> Iterator[Figure]:
    first = request("GET", PATH, token)
    # The limit does the same work, to the byte.
    assert json.loads(body(ask(own, first))) == json.loads(body(ask(bare, first)))
    ours, limit, failures = beside((own, bare), (first, first), clients=4)
    yield Figure("list, first page with its total, requests a second", ours, "/s")
    yield Figure("the same without a framework", limit, "/s")
    yield Figure("share of that limit", ours / limit, "", at_least=0.6)
    yield Figure("failures", failures, "", at_most=0)
    deep = request("GET", f"{PATH}?page={DEPTH // 15 + 1}", token)
    near, far = milliseconds(lambda: ask(own, first), 200), milliseconds(lambda: ask(own, deep), 200)
    yield Figure("list, first page", near)
    yield Figure("list, page after 50,000 rows", far)
    yield Figure("how much longer than the first", far / near, "x", at_most=1.1)


def _submission(own: int, bare: int, token: str) -> Iterator[Figure]:
    sent = request("POST", "/api/inquiries", token, _body())
    for clients in (8, 32):
        before = _counts()
        ours, limit, failures = beside((own, bare), (sent, sent), clients)
        yield Figure(f"submission, {clients} clients, a second", ours, "/s")
        yield Figure("the same rows without a framework", limit, "/s")
        yield Figure("share of that limit", ours / limit, "", at_least=0.6)
        yield Figure("failures", failures, "", at_most=0)
        made = [after - one for one, after in zip(before, _counts(), strict=True)]
        yield Figure("inquiries without their row of history", made[0] - made[1], "", at_most=0)


def _counts() -> tuple[int, int]:
    return Inquiry.objects.count(), InquiryHistory.objects.count()


def _body() -> bytes:
    inquiry_type = InquiryType.objects.get(slug="question")
    return json.dumps(
        {
            "inquiry_type_id": inquiry_type.pk,
            "user_id": 123,
            "subject": "Verbouwing keuken",
            "message": "Ik wil graag mijn keuken laten verbouwen en zou graag een offerte ontvangen.",
            "category": "renovation",
            "budget": 4500.0,
            "priority": "normal",
            "source": "mijn-portal",
        }
    ).encode()


def _rows_of_a_submission(pro: Pro, token: str) -> dict[str, list[dict[str, Any]]]:
    """Rows that one more inquiry of a known customer leaves: {table: [{column: value}…]}.

    As those that are measured: the customer has had all the mails of a day, and that is counted.
    """
    DirectoryUser.objects.create(
        userhub_id=123, first_name="Jan", last_name="de Vries", email="jan.devries@example.com", language="nl"
    )
    for _ in range(MAX_ACKNOWLEDGMENTS_PER_DAY + 1):
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {JOBS}")  # noqa: S608
        headers = {"Authorization": f"Bearer {token}"}
        answer = Client().post("/api/inquiries", _body(), "application/json", headers=headers)
        assert answer.status_code == 201, answer.content
    id = answer.json()["data"]["inquiry_id"]
    wanted = {
        "inquiries_inquiry": f"WHERE id = {id}",
        "inquiries_inquiryhistory": f"WHERE inquiry_id = {id}",
        JOBS: "",
        "web_ratecount": f"WHERE key LIKE '{ACKNOWLEDGMENTS.name}:%'",
    }
    return {table: _stored(f"SELECT * FROM {table} {where}") for table, where in wanted.items()}  # noqa: S608


def _stored(sql: str) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
