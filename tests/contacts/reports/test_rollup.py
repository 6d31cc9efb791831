"""The roll-up: kept as facts change, rebuilt to the same, and never in the way of an exact figure."""

import random
from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command

from contacts.models import AnswerMark, ArrivalMark, FirstResponse, ReportDay, WaitingItem
from contacts.reports.facts import DIMENSIONS
from contacts.reports.figures import Reading
from contacts.reports.periods import Period
from contacts.reports.rollup import count_days, rebuild_reports, refresh_reports, stale_days
from contacts.waiting.endings import undo_ending

from ...factories import ContactFactory, ProFactory
from .rows import MONDAY, Outcome, answer, ask

pytestmark = pytest.mark.django_db
MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))
# A change may put the beginning of a wait some days before March.
ALL_DAYS = Period(date(2026, 2, 1), date(2026, 3, 31)).days
COLUMNS = ("day", "dimension", "value", "new", "answered", "targeted", "within", "times")


def rolled(pro):
    return list(ReportDay.objects.for_pro(pro).order_by("day", "dimension", "value").values_list(*COLUMNS))


def expected(pro):
    """The rows of the roll-up by the facts of today."""
    return [
        (day, dimension, value, f.new, f.answered, f.targeted, f.within, {str(k): n for k, n in f.times.items()})
        for (day, dimension, value), f in sorted(count_days(pro, ALL_DAYS).items())
    ]


def marks():
    return ArrivalMark.objects.count() + AnswerMark.objects.count()


def change_at_random(pro, people, rng):
    """One of the ways in which facts change, some time after they came."""
    items, responses = WaitingItem.objects.for_pro(pro), FirstResponse.objects.for_pro(pro)
    item = rng.choice(list(items))
    match rng.randrange(8):
        case 0:
            undo_ending(items.filter(pk=item.pk, outcome=Outcome.ANSWERED))
        case 1:
            item.delete()
        case 2:
            items.filter(pk=item.pk).update(assigned_to=rng.choice([*people, None]))
        case 3:
            items.filter(pk=item.pk).end(Outcome.SPAM, by=None)
        case 4:
            responses.filter(pk=rng.choice(list(responses)).pk).delete()
        case 5:
            ask(pro, MONDAY + timedelta(hours=rng.randrange(200)), source="late.example.org")
        case 6:
            responses.filter(item=item).update(office_seconds=rng.randrange(99_999), answered_by=rng.choice(people))
        case 7:
            items.filter(pk=item.pk).update(since=item.since - timedelta(days=rng.randrange(3)))


def test_it_is_kept_as_facts_change_and_rebuilt_to_the_same(filled, people):
    rng = random.Random(3)
    refresh_reports()
    assert (rolled(filled), marks()) == (expected(filled), 0)
    for _ in range(6):
        for _ in range(5):
            change_at_random(filled, people, rng)
        refresh_reports()
        kept = rolled(filled)
        assert kept == expected(filled)
        rebuild_reports(filled)
        assert (rolled(filled), marks()) == (kept, 0)


def test_figures_are_exact_before_during_and_after_counting(filled, people, monkeypatch):
    monkeypatch.setattr("contacts.reports.rollup.BATCH", 2)
    rng = random.Random(5)

    def read():
        reading = Reading(filled, MARCH)
        return reading.by_day(), {name: reading.lines(name) for name in DIMENSIONS}

    fresh = read()
    rebuild_reports(filled)
    assert read() == fresh and fresh[0]
    for _ in range(12):
        change_at_random(filled, people, rng)
    changed = read()
    ReportDay.objects.all().delete()
    rebuild_reports(filled)
    assert read() == changed != fresh


def test_a_day_is_marked_by_the_clock_of_the_office(pro):
    pro.time_zone = "Europe/Paris"
    pro.save()
    rebuild_reports(pro)
    item = ask(pro, MONDAY.replace(hour=23, minute=30))
    assert stale_days(pro, MARCH) == [date(2026, 3, 3)]
    refresh_reports()
    assert stale_days(pro, MARCH) == []
    response = answer(item, 86400)
    assert stale_days(pro, MARCH) == [date(2026, 3, 4)]
    refresh_reports()
    # Nothing that is counted.
    FirstResponse.objects.filter(pk=response.pk).update(real_seconds=5, item=None)
    WaitingItem.objects.filter(pk=item.pk).update(words="…", contact=ContactFactory(pro=pro))
    assert stale_days(pro, MARCH) == []


def test_another_time_zone_divides_the_days_anew(pro):
    ask(pro, MONDAY.replace(hour=23, minute=30))
    pro.time_zone = "UTC"
    pro.save()
    rebuild_reports(pro)
    before = rolled(pro)
    pro.time_zone = "Europe/Paris"
    pro.save()
    assert stale_days(pro, MARCH) == MARCH.days
    assert list(Reading(pro, MARCH).by_day()) == [date(2026, 3, 3)]
    refresh_reports()
    assert stale_days(pro, MARCH) == []
    assert rolled(pro) == [(date(2026, 3, 3), *rest) for _day, *rest in before] and before


def test_erasing_a_colleague_changes_whose_figures_they_are(pro, people):
    answer(ask(pro, assigned_to=people[1]), by=people[1])
    refresh_reports()
    people[1].delete()
    refresh_reports()
    found = ReportDay.objects.for_pro(pro).filter(dimension="person").values_list("value", "new", "answered")
    assert list(found) == [("", 1, 1)]


def test_one_office_is_counted_apart_from_others(filled):
    other = ProFactory()
    ask(other)
    refresh_reports()
    assert [row[3] for row in rolled(other)] == [1] * 6
    assert rolled(filled) == expected(filled)


def test_the_command_rebuilds_all_or_one(filled, capsys):
    call_command("rebuild_reports", pro=filled.pk)
    assert rolled(filled) == expected(filled)
    assert capsys.readouterr().out == f"{filled.pk} {filled}: {len(expected(filled))}\n"
    ReportDay.objects.all().delete()
    call_command("rebuild_reports")
    assert rolled(filled) == expected(filled)
    with pytest.raises(CommandError, match="There is no Pro 987654"):
        call_command("rebuild_reports", pro=987654)


def test_marks_of_an_office_that_is_gone_go_too(pro):
    ArrivalMark.objects.create(pro_id=987654, at=MONDAY, n=1)
    refresh_reports()
    assert not ArrivalMark.objects.filter(pro_id=987654).exists()
