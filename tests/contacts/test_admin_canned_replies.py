"""Canned replies and signatures in the staff admin: read, searched and deleted, never written."""

import pytest

from config.accounts.models import Signature
from contacts.models import CannedReply
from tests.admin_site import (
    assert_no_regular_expressions,
    assert_permissions,
    assert_tenancy,
    listed,
    page,
    staff_client,
)
from tests.factories import UserFactory
from tests.pages import Page

pytestmark = pytest.mark.django_db


def make_reply(pro, title="Visit"):
    return CannedReply.objects.add_reply(pro, title, {"en": "Hello {first_name}"}, user=None)


def make_signature(user, text="Olive"):
    Signature.objects.write(user, {"en": text})
    return user.signatures.get()


@pytest.fixture(params=["reply", "signature"])
def row(request, user):
    return make_reply(user.pro) if request.param == "reply" else make_signature(user)


def test_another_pros_reply_is_404(pro):
    assert_tenancy(make_reply(pro), make_reply(UserFactory().pro, "A Foreigner"))


def test_another_pros_signature_is_404(user):
    foreign = make_signature(UserFactory(), "A Foreigner")
    client = staff_client("all", pro=user.pro)
    assert client.get(page(foreign, "change")).status_code == 404
    assert client.get(page(make_signature(user), "change")).status_code == 200


def test_staff_without_the_permission_get_403(row):
    assert_permissions(row)


def test_the_list_takes_no_regular_expressions(db):
    assert_no_regular_expressions(CannedReply, "title")


def test_they_are_read_and_searched(staff_browser, pro, user):
    first, second = make_reply(pro), make_reply(pro, "Price")
    assert listed(staff_browser, CannedReply) == [second, first]
    assert listed(staff_browser, CannedReply, q="visit") == [first]
    assert "Hello {first_name}" in Page(staff_browser.get(page(first, "change"))).one("#content").text
    signature = make_signature(user)
    assert listed(staff_browser, Signature, q="owner@") == [signature]
    assert staff_browser.post(page(signature, "change"), {"text": "Evil"}).status_code in (200, 302)
    assert user.signatures.get().text == "Olive"
