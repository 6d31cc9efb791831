"""Reports as files: the numbers of the page, for owners, recorded."""

import csv
import io

import pytest

from config.audit.models import AuditEvent
from contacts.reports.figures import Reading

from ...factories import ContactFactory
from ...pages import Page
from .conftest import WEEK
from .rows import answer, ask

pytestmark = pytest.mark.django_db
QUERY = {"from": "2026-03-02", "to": "2026-03-08"}
FIGURES = ["new", "answered", "with target", "within target", "median office seconds", "90th percentile office seconds"]


def read(response):
    text = b"".join(response).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def numbers(figures):
    found = [figures.new, figures.answered, figures.targeted, figures.within, figures.median, figures.ninetieth]
    return ["" if n is None else str(n) for n in found]


def exports():
    return list(AuditEvent.objects.filter(kind="exported").values_list("detail", flat=True))


def test_the_file_of_a_dimension_has_the_figures_of_the_page(filled, browser):
    reading = Reading(filled, WEEK)
    for by in ("property", "type", "source", "channel", "person"):
        headings, total, *rows = read(browser.get("/reports/figures.csv", QUERY | {"by": by}))
        assert headings == [by, "name", "waiting now", *FIGURES]
        lines, _number = reading.lines(by)
        assert [row[:1] + row[2:] for row in rows] == [
            [line.value, str(line.waiting), *numbers(line.figures)] for line in lines
        ]
        page = Page(browser.get("/reports", QUERY | {"by": by}))
        shown = [[cell.text for cell in row.all("th, td")][:4] for row in page.all("#by tbody tr")]
        assert [[row[1], row[3], row[4], row[2]] for row in rows] == shown
        assert total[3:] == numbers(reading.total())
        assert [sum(int(row[n]) for row in rows) for n in range(2, 7)] == [int(total[n]) for n in range(2, 7)]
    assert exports() == ["reports"] * 5


def test_the_file_of_the_days(filled, browser):
    _headings, total, *rows = read(browser.get("/reports/figures.csv", QUERY | {"by": "day"}))
    by_day = Reading(filled, WEEK).by_day()
    assert [[row[0], *row[3:]] for row in rows] == [[str(day), *numbers(by_day[day])] for day in sorted(by_day)]
    assert total[3:] == numbers(Reading(filled, WEEK).total())


def test_the_file_of_rows_has_all_pages(filled, browser, monkeypatch):
    monkeypatch.setattr("contacts.reports.listing.BLOCK", 7)
    total = Reading(filled, WEEK).total()
    for figure, number in {"new": total.new, "answered": total.answered, "late": total.late}.items():
        headings, *rows = read(browser.get("/reports/rows.csv", QUERY | {"figure": figure}))
        assert (headings[0], len(rows)) == ("what", number)
        assert number > 14


def test_a_row_of_the_file(pro, user, browser):
    pro.time_zone = "Europe/Paris"
    pro.save()
    answer(ask(pro, about="=1+1", contact=ContactFactory(pro=pro, name="Zoë")), 7200, user, target=1800)
    _headings, row = read(browser.get("/reports/rows.csv", QUERY | {"figure": "answered"}))
    times = ["2026-03-02 10:00", "2026-03-02 12:00"]
    assert row == ["Message", "Zoë", "'=1+1", *times, "Olive Owner", "3600", "7200", "1800", "no"]
    assert exports() == ["reports"]


def test_somebody_without_a_contact_is_a_customer(pro, user, browser):
    answer(ask(pro, words="Is it free?"), by=user)
    _headings, row = read(browser.get("/reports/rows.csv", QUERY | {"figure": "answered"}))
    assert row[:2] == ["Message", "Customer"]


def test_head_records_nothing(browser, pro):
    assert browser.head("/reports/figures.csv").status_code == 200
    assert exports() == []
