"""axe on what is ours in the staff admin of inquiries: Django's own frame around it is not judged here."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from inquiries.models import AllowedMove, InquiryType
from tests.factories import PASSWORD, InquiryFactory, InquiryTypeFactory, UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
axe = Axe()


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

    def sign_in(path: str, **options: Any) -> Any:
        staff = UserFactory(pro=None, is_staff=True, is_superuser=True)
        page = open_page(f"/sign-in?next={path}", **options)
        page.fill("[name=username]", staff.email)
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url(f"**{path}")
        page.wait_for_load_state("load")
        return page

    return sign_in


def violations(page: Any, *ours: str) -> list[Any]:
    """What axe finds in the parts with these selectors, all of which the page has."""
    assert [part for part in ours if page.locator(part).count() == 0] == []
    found = axe.run(page, context={"include": [[part] for part in ours]}).response["violations"]
    return [(v["id"], [node["html"][:120] for node in v["nodes"]][:3]) for v in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 375])
def test_axe_finds_nothing_on_the_pages_of_a_type(
    enter: Any, inquiry_type: InquiryType, scheme: str, width: int
) -> None:
    path = f"/admin/inquiries/inquirytype/{inquiry_type.pk}"
    page = enter(f"{path}/change/", color_scheme=scheme, viewport={"width": width, "height": 800})
    assert violations(page, "#steps-group", ".pipeline") == []
    # The step that an inquiry stands on is taken away: where does it go?
    page.check("#steps-group [name=steps-0-DELETE]")
    page.check("#steps-group [name=steps-1-is_initial]")
    page.click("[name=_save]")
    page.wait_for_selector("#targets")
    assert violations(page, "#targets") == []
    page.click("#targets [type=submit]")
    page.goto(f"{path}/moves/")
    assert violations(page, "#moves", ".pipeline") == []


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
