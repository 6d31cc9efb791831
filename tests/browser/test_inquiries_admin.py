"""axe on what is ours in the staff admin of inquiries: Django's own frame around it is not judged here."""

from typing import Any

import pytest

from inquiries.models import AllowedMove, InquiryType
from tests.factories import InquiryFactory, InquiryTypeFactory, UserFactory

from .barriers import barriers
from .conftest import WIDE

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def inquiry_type() -> InquiryType:
    """With an inquiry on its first step, and a way back."""
    inquiry_type = InquiryTypeFactory(name="Test", slug="test")
    first, second, *_others = inquiry_type.steps.all()
    AllowedMove.objects.create(from_step=second, to_step=first)
    InquiryFactory(inquiry_type=inquiry_type)
    return inquiry_type


@pytest.fixture
def enter(open_page: Any) -> Any:
    """Opens a page as staff."""

    staff = UserFactory(pro=None, is_staff=True, is_superuser=True)
    return lambda path, **options: open_page(path, as_user=staff, **options)


@pytest.mark.thorough
def test_axe_finds_nothing_on_the_pages_of_a_type(enter: Any, inquiry_type: InquiryType) -> None:
    path = f"/admin/inquiries/inquirytype/{inquiry_type.pk}"
    page = enter(f"{path}/change/", **WIDE)
    assert barriers(page, "#steps-group", ".pipeline") == []
    # The step that an inquiry stands on is taken away: where does it go?
    page.check("#steps-group [name=steps-0-DELETE]")
    page.check("#steps-group [name=steps-1-is_initial]")
    page.click("[name=_save]")
    page.wait_for_selector("#targets")
    assert barriers(page, "#targets") == []
    page.click("#targets [type=submit]")
    page.goto(f"{path}/moves/")
    assert barriers(page, "#moves", ".pipeline") == []


def test_our_parts_fit_into_320_pixels(enter: Any, inquiry_type: InquiryType) -> None:
    """Wide tables scroll for themselves."""
    path = f"/admin/inquiries/inquirytype/{inquiry_type.pk}"
    page = enter(f"{path}/moves/", viewport={"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.goto(f"{path}/change/")
    ends = page.locator("#steps-group, .pipeline").evaluate_all(
        "(parts) => parts.map((part) => part.getBoundingClientRect().right <= 320)"
    )
    assert ends == [True, True]
