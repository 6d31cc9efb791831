"""Exact times are those of Django's format, in every language."""

from datetime import UTC, datetime

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format

from config.web.times import day_of_month, exact_time, short_date


def test_exact_times_are_those_of_djangos_format():
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            for month in range(1, 13):
                time = datetime(2026, month, month * 2, month + 3, month * 4, tzinfo=UTC)
                assert exact_time(time) == date_format(time, "j F Y, H:i")
                assert short_date(time) == date_format(time, "j N Y")
                assert day_of_month(time) == date_format(time, "j N")
