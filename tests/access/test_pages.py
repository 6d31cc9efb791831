"""Pages of the workspace and for everybody: every address, method and caller."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from config.accounts.models import Pro, User

from ..factories import UserFactory, make_token
from ..suite import thorough_but
from .conftest import SECRET
from .expectations import (
    FOR_OWNERS,
    FOR_STAFF,
    FOR_TOKENS,
    METHODS,
    PERSONAL,
    PUBLIC,
    WITH_DEBUG,
    WITHOUT_GATE,
    WITHOUT_PRO,
    Page,
)
from .matrix import addresses, fill, is_json, outcome, sign_in, text_of, undone, with_token
from .rows import Rows
from .workspace import WORKSPACE

pytestmark = pytest.mark.django_db

PAGES = {**WORKSPACE, **WITHOUT_GATE, **WITHOUT_PRO, **FOR_STAFF, **PUBLIC}


def test_every_page_has_its_expectation():
    pages = {address for address in addresses() if not is_json(address) and not address.startswith("admin/")}
    assert pages - WITH_DEBUG == set(PAGES)


def own_answer(address: str, page: Page, method: str) -> Any:
    stated = page.answer(method)
    return 404 if address in FOR_STAFF and stated == 200 else stated


def foreign_answer(address: str, page: Page, method: str) -> Any:
    return 404 if address in FOR_STAFF and page.answer(method) == 200 else page.foreign_answer(method)


def gated_answer(address: str, page: Page, method: str) -> Any:
    return "identity" if address in WORKSPACE else own_answer(address, page, method)


def colleagues_answer(address: str, page: Page, method: str) -> Any:
    stated = own_answer(address, page, method)
    return 404 if address in PERSONAL and stated != 405 else stated


def members_answer(address: str, page: Page, method: str) -> Any:
    return 403 if address in FOR_OWNERS else colleagues_answer(address, page, method)


def nobodys_answer(address: str, page: Page, method: str) -> Any:
    stated = page.answer(method)
    return "sign-in" if address not in PUBLIC or (address, stated) == ("", 302) else stated


def tokens_answer(address: str, page: Page, method: str) -> Any:
    return page.answer(method) if address in FOR_TOKENS else nobodys_answer(address, page, method)


def staffs_answer(address: str, page: Page, method: str) -> Any:
    return "admin" if address in WORKSPACE or address in WITHOUT_GATE else page.answer(method)


Stated = Callable[[str, Page, str], Any]
WRONG_CALLERS: dict[str, tuple[Callable[[Rows, Rows], Client], Stated]] = {
    "nobody": (lambda rows, own: Client(raise_request_exception=False), nobodys_answer),
    "token": (lambda rows, own: with_token(make_token(rows[Pro])), tokens_answer),
    "another Pro": (lambda rows, own: sign_in(own[User]), foreign_answer),
    "another Pro, briefly": (lambda rows, own: sign_in(own[User]), foreign_answer),
    "staff": (lambda rows, own: sign_in(UserFactory(pro=None, is_staff=True)), staffs_answer),
    "superuser": (lambda rows, own: sign_in(UserFactory(pro=None, is_staff=True, is_superuser=True)), staffs_answer),
}
# By GET and POST alone.
BRIEF = {"token", "another Pro, briefly", "superuser"}
OWN_PEOPLE: dict[str, tuple[Callable[[Rows], User], Stated]] = {
    "gated": (lambda rows: rows[User], gated_answer),
    "owner": (lambda rows: rows[User], own_answer),
    "colleague": (lambda rows: UserFactory(pro=rows[Pro]), colleagues_answer),
    "member": (lambda rows: UserFactory(pro=rows[Pro], role=User.Role.MEMBER), members_answer),
}


def answers(client: Client, rows: Rows, *, is_brief: bool = False) -> Iterator[tuple[str, Page, str, Any]]:
    """(address, page, method, response) of every request; if brief, of GET and POST alone."""
    for address, page in PAGES.items():
        with undone():
            path = fill(address, page.ids, rows)
            for method in ("GET", "POST") if is_brief else METHODS:
                yield address, page, method, client.generic(method, path)


@pytest.mark.long
@pytest.mark.parametrize("name", thorough_but("another Pro, briefly", of=WRONG_CALLERS))
def test_a_wrong_caller_gets_the_stated_answer_and_learns_and_changes_nothing(rows, own, name):
    make_client, expected = WRONG_CALLERS[name]
    wrong, client, before = [], make_client(rows, own), rows.stored()
    for address, page, method, response in answers(client, rows, is_brief=name in BRIEF):
        if outcome(response) != expected(address, page, method):
            wrong.append(f"{method} {address}: {outcome(response)}, not {expected(address, page, method)}")
        if SECRET in text_of(response):
            wrong.append(f"{method} {address} tells of another Pro")
        if method in ("POST", METHODS[-1]) and rows.stored() != before:
            wrong.append(f"{address} changes another Pro's rows")
    assert wrong == [], "\n".join(wrong)


@pytest.mark.long
@pytest.mark.parametrize("name", thorough_but("member", of=OWN_PEOPLE))
def test_the_pros_own_people_get_the_stated_answer(rows, name):
    find_user, expected = OWN_PEOPLE[name]
    wrong, client = [], sign_in(find_user(rows))
    Pro.objects.filter(pk=rows[Pro].pk).update(cni_required=name == "gated")
    for address, page, method, response in answers(client, rows, is_brief=name != "owner"):
        if outcome(response) != expected(address, page, method):
            wrong.append(f"{method} {address}: {outcome(response)}, not {expected(address, page, method)}")
    assert wrong == [], "\n".join(wrong)
