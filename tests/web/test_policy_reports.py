"""/csp-reports: what a browser refused is one line of the log, without queries, and limited."""

import json

import pytest

from config.web import policy_reports
from config.web.csp import MAX_REPORT
from tests.pages import Page

pytestmark = pytest.mark.django_db
PATH = "/csp-reports"
OLD = {
    "csp-report": {
        "effective-directive": "script-src-elem",
        "blocked-uri": "https://evil.example/x.js?session=1",
        "document-uri": "https://desk.example.com/contacts?q=Martin#top",
        "source-file": "https://desk.example.com/contacts?q=Martin",
        "line-number": 12,
    }
}
NEW = {
    "type": "csp-violation",
    "url": "https://desk.example.com/contacts?q=Martin",
    "body": {
        "effectiveDirective": "require-trusted-types-for",
        "blockedURL": "trusted-types-sink",
        "documentURL": "https://desk.example.com/contacts?q=Martin",
        "sample": "Element innerHTML|Martin",
    },
}
TRUSTED = "refused require-trusted-types-for: trusted-types-sink on https://desk.example.com/contacts (-:-)"
LINES = {
    "old": (
        OLD,
        ["refused script-src-elem: https://evil.example/x.js on https://desk.example.com/contacts (https://desk.example.com/contacts:12)"],
    ),
    "new": (
        [NEW],
        [TRUSTED],
    ),
    "many": ([NEW] * 9, [TRUSTED] * 5),
    "forged": (
        {"csp-report": {"effective-directive": "x\n2026 INFO forged", "blocked-uri": "http://[", "line-number": [1]}},
        ["refused x2026%20INFO%20forged: - on - (-:%5B1%5D)"],
    ),
    "odd": (
        {"csp-report": {"effective-directive": "\ud800\0é", "blocked-uri": {"a": 1}, "line-number": 10**4000}},
        ["refused %3F%00%C3%A9: %7B'a':%201%7D on - (-:1" + "0" * 199 + ")"],
    ),
    "no report": ([1, {}, {"body": []}, None], []),
    "text": ("text", []),
}  # fmt: skip


def report(client, body, **more):
    data = body if isinstance(body, bytes) else json.dumps(body)
    return client.generic("POST", PATH, data, "application/reports+json", **more)


def lines(caplog):
    return [record.getMessage() for record in caplog.records if record.name == "vestibule.csp"]


def test_a_report_is_one_line_without_what_was_typed(nobody, case, caplog):
    for label, (body, expected) in LINES.items():
        with case(label):
            caplog.clear()
            response = report(nobody, body)
            assert (response.status_code, response.content, response.cookies) == (204, b"", {})
            assert lines(caplog) == expected


@pytest.mark.parametrize("body", [b"", b"\xff", b"{", b"[" * 15_000])
def test_what_is_no_report_is_not_logged(nobody, caplog, body):
    assert (report(nobody, body).status_code, lines(caplog)) == (204, [])


def test_a_large_one_is_not_read(nobody, caplog):
    assert (report(nobody, b"x" * (MAX_REPORT + 1)).status_code, lines(caplog)) == (413, [])


def test_there_is_a_limit_to_a_place_and_to_all(nobody, monkeypatch, caplog):
    monkeypatch.setattr(policy_reports.PER_PLACE, "times", 2)
    monkeypatch.setattr(policy_reports.EVERYWHERE, "times", 3)
    assert [report(nobody, OLD).status_code for _ in range(3)] == [204, 204, 429]
    elsewhere = [report(nobody, OLD, REMOTE_ADDR=f"198.51.100.{n}") for n in range(2)]
    assert [answer.status_code for answer in elsewhere] == [204, 429]
    assert 0 < int(elsewhere[1]["Retry-After"]) <= 3600
    assert len(lines(caplog)) == 3


def test_it_takes_reports_alone(nobody):
    assert Page(nobody.get(PATH), 405).one("h1").text == "That cannot be opened like this"
