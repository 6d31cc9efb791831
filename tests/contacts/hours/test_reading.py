"""Hours of a day as people type them."""

import pytest
from django.core.exceptions import ValidationError

from contacts.hours.reading import read_day, write_day

MORNING, AFTERNOON = [540, 720], [840, 1080]


def test_periods_are_read_as_people_write_them(subtests):
    for text, periods in [
        ("", []),
        ("9:00–12:00, 14:00–18:00", [MORNING, AFTERNOON]),
        ("9-12 14-18", [MORNING, AFTERNOON]),
        ("14-18; 9-12", [MORNING, AFTERNOON]),
        ("9h à 12h, 14h00 à 18h00", [MORNING, AFTERNOON]),
        ("9.00 tot 12.00", [MORNING]),
        ("09:00 to 12:00", [MORNING]),
        ("22:30 – 24:00", [[1350, 1440]]),
        ("0-2", [[0, 120]]),
        ("9-12,12-13", [MORNING, [720, 780]]),
    ]:
        with subtests.test(text):
            assert read_day(text) == periods
            assert read_day(write_day(periods)) == periods


def test_what_is_no_list_of_periods_is_refused(subtests):
    for text, reason in [
        ("closed", "Write periods such as"),
        ("9", "Write periods such as"),
        ("9-12 and so on", "Write periods such as"),
        ("12-9", "ends after it begins"),
        ("9-9", "ends after it begins"),
        ("9-25", "from 0:00 to 24:00"),
        ("9:75-10", "from 0:00 to 24:00"),
        ("9-12, 11-13", "overlap"),
        ("1-2 3-4 5-6 7-8 9-10", "at most 4"),
        ("9-12\0", "Write periods such as"),
        ("٩-١٢x", "Write periods such as"),
    ]:
        with subtests.test(text), pytest.raises(ValidationError, match=reason):
            read_day(text)


def test_a_day_is_written_as_it_is_typed():
    assert write_day([MORNING, [1320, 1440]]) == "9:00–12:00, 22:00–24:00"
