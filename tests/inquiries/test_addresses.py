"""Every address of an inquiry in the workspace, with ids out of the database's range."""

import re
from itertools import product

from django.urls import get_resolver

MOVE = "bbbbbbbb-0000-4000-8000-000000000002"
ADDRESSES = {
    "": {"get"},
    "/read": {"post"},
    "/move": {"post"},
    f"/moves/{MOVE}/undo": {"post"},
    f"/moves/{MOVE}/dismiss": {"post"},
    "/close": {"post"},
    "/case": {"post"},
    "/contact": {"post"},
    "/profile": {"post"},
    "/facts": {"post"},
    "/offers/new": {"get", "post"},
    "/offers/1": {"get", "post"},
    "/offers/1/send": {"get", "post"},
    "/offers/1/again": {"post"},
    "/offers/1/discard": {"post"},
    "/attachments": {"get", "post"},
    "/attachments/1": {"get"},
    "/attachments/1/delete": {"get", "post"},
}
HUGE = [2**31, 2**63 - 1, 2**63, 99999999999999999999, 2**80, 9**99, "9" * 5000]


def test_no_address_is_forgotten():
    routes = {str(pattern.pattern) for pattern in get_resolver("inquiries.urls").url_patterns}
    own = {route.removeprefix("inquiries/<int:id>") for route in routes if route.startswith("inquiries/<int:id>")}
    own = {rest.replace("<uuid:move>", MOVE) for rest in own}
    assert {re.sub(r"/<int:(offer|attachment)_id>", "/1", rest) for rest in own} == set(ADDRESSES)


def test_an_inquiry_that_cannot_be_is_404(browser, case):
    for address, id in product(ADDRESSES, HUGE):
        with case(address, id=id):
            path = f"/inquiries/{id}{address}"
            answers = {method: getattr(browser, method)(path).status_code for method in ("get", "post")}
            # No such address at all is 404 for every method.
            other = 404 if id == "9" * 5000 else 405
            assert answers == {method: 404 if method in ADDRESSES[address] else other for method in ("get", "post")}
