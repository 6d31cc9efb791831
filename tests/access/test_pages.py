"""Pages of the workspace and for everybody: every address, method and caller."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from config.accounts.models import Pro, User

from ..factories import UserFactory, make_token
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
    WORKSPACE,
    Page,
)
from .matrix import addresses, fill, is_json, outcome, sign_in, text_of, undone, with_token
from .rows import Rows

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


Caller = tuple[str, Client, Callable[[str, Page, str], Any]]


def wrong_callers(rows: Rows, own: Rows) -> Iterator[Caller]:
    yield "nobody", Client(raise_request_exception=False), nobodys_answer
    yield "token", with_token(make_token(rows[Pro])), tokens_answer
    yield "another Pro", sign_in(own[User]), foreign_answer
    yield "staff", sign_in(UserFactory(pro=None, is_staff=True)), staffs_answer
    yield "superuser", sign_in(UserFactory(pro=None, is_staff=True, is_superuser=True)), staffs_answer


def answers(client: Client, rows: Rows, *, is_brief: bool = False) -> Iterator[tuple[str, Page, str, Any]]:
    """(address, page, method, response) of every request; if brief, of GET and POST alone."""
    for address, page in PAGES.items():
        with undone():
            path = fill(address, page.ids, rows)
            for method in ("GET", "POST") if is_brief else METHODS:
                yield address, page, method, client.generic(method, path)


@pytest.mark.long
def test_a_wrong_caller_gets_the_stated_answer_and_learns_and_changes_nothing(rows, own):
    wrong, before = [], rows.stored()
    for name, client, expected in wrong_callers(rows, own):
        is_brief = name in ("token", "superuser")
        for address, page, method, response in answers(client, rows, is_brief=is_brief):
            if outcome(response) != expected(address, page, method):
                wrong.append(f"{name}: {method} {address}: {outcome(response)}, not {expected(address, page, method)}")
            if SECRET in text_of(response):
                wrong.append(f"{name}: {method} {address} tells of another Pro")
            if method in ("POST", METHODS[-1]) and rows.stored() != before:
                wrong.append(f"{name}: {address} changes another Pro's rows")
    assert wrong == [], "\n".join(wrong)


@pytest.mark.long
def test_the_pros_own_people_get_the_stated_answer(rows):
    wrong = []
    Pro.objects.filter(pk=rows[Pro].pk).update(cni_required=True)
    colleague, member = UserFactory(pro=rows[Pro]), UserFactory(pro=rows[Pro], role=User.Role.MEMBER)
    for name, user, expected in (
        ("gated", rows[User], gated_answer),
        ("owner", rows[User], own_answer),
        ("colleague", colleague, colleagues_answer),
        ("member", member, members_answer),
    ):
        for address, page, method, response in answers(sign_in(user), rows, is_brief=name != "owner"):
            if outcome(response) != expected(address, page, method):
                wrong.append(f"{name}: {method} {address}: {outcome(response)}, not {expected(address, page, method)}")
        Pro.objects.filter(pk=rows[Pro].pk).update(cni_required=False)
    assert wrong == [], "\n".join(wrong)
