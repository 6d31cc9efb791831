"""How long a Pro's answers usually take, from what waited and was answered."""

from datetime import timedelta

import pytest
from django.utils import timezone

from contacts.models import WaitingItem
from contacts.waiting.answer_times import usual_answer_time

from ..factories import PropertyFactory
from ..pages import Page

HOUR = timedelta(hours=1)


@pytest.fixture
def answer(pro):
    """Stores items that were answered after so many hours."""

    def answer_(*hours, owner=pro, kind="request", outcome="answered", age=timedelta(days=1)):
        ended = timezone.now() - age
        start = WaitingItem.objects.count()
        WaitingItem.objects.bulk_create(
            WaitingItem(
                pro=owner,
                kind=kind,
                key=f"{start + n}",
                since=ended - taken * HOUR,
                ended_at=ended,
                outcome=outcome,
            )
            for n, taken in enumerate(hours)
        )

    return answer_


def test_it_is_the_median_of_the_answers(pro, answer):
    answer(1, 2, 3, 5, 400)
    assert usual_answer_time(pro) == 3 * HOUR


def test_few_old_and_other_endings_do_not_count(pro, answer):
    answer(1, 1, 1, 1)
    answer(1, age=timedelta(days=91))
    answer(1, kind="reminder")
    answer(1, outcome="no_answer")
    answer(1, 1, 1, owner=PropertyFactory().pro)
    assert usual_answer_time(pro) is None


@pytest.mark.parametrize(
    ("hours", "text"), [(0.2, "an hour"), (1, "an hour"), (2.4, "3 hours"), (23.5, "a day"), (30, "2 days"), (170, "")]
)
def test_the_page_says_it(nobody, pro, answer, hours, text):
    answer(*[hours] * 5)
    page = Page(nobody.get(PropertyFactory(pro=pro).get_absolute_url()))
    assert page.texts(".send p") == ([f"Answers usually within {text}."] if text else [])
