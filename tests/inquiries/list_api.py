"""The list of inquiries by API, and inquiries for it."""

from datetime import timedelta

import pytest

from ..factories import InquiryFactory
from .conftest import WHEN

LIST = "/api/inquiries/list"


@pytest.fixture
def make(pro, inquiry_type):
    """Makes inquiries of the owner; `at` is in seconds after 10:30."""

    def one(at=0.0, **fields):
        return InquiryFactory(
            **{"pro": pro, "inquiry_type": inquiry_type, "created_at": WHEN + timedelta(seconds=at), **fields}
        )

    return one


def subjects(response):
    assert response.status_code == 200, response.content
    body = response.json()
    listed = [row["subject"] for row in body["data"]]
    assert body["pagination"]["total"] >= len(listed)
    return listed


def pagination(response):
    assert response.status_code == 200, response.content
    return response.json()["pagination"]
