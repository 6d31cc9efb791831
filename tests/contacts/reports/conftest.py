import pytest

from contacts.reports.periods import Period

from ...factories import PropertyFactory, UserFactory
from .rows import MONDAY, fill

WEEK = Period(MONDAY.date(), MONDAY.date().replace(day=8))


@pytest.fixture
def people(pro, user):
    return [user, UserFactory(pro=pro, email="c@example.com", name="Cas", role="member")]


@pytest.fixture
def properties(pro):
    return [PropertyFactory(pro=pro, title=title) for title in ("House", "Studio")]


@pytest.fixture
def filled(pro, people, properties, shipped):
    fill(pro, people, [prop.pk for prop in properties], [each.pk for each in shipped.values()])
    return pro
