"""Calls to webhooks: a connection of every provider, and the answers."""

import pytest

from contacts.models import ChannelDelivery, Contact, ContactMessage

from ..channels.payloads import PROVIDERS, connect

FORBIDDEN = (403, "Forbidden", "text/plain; charset=utf-8")


@pytest.fixture(params=PROVIDERS)
def provider(request):
    return request.param


@pytest.fixture
def connection(pro, provider):
    return connect(pro, provider)


def answer_of(response):
    return response.status_code, response.content.decode(), response["Content-Type"]


def assert_nothing_stored():
    assert (ChannelDelivery.objects.count(), ContactMessage.objects.count(), Contact.objects.count()) == (0, 0, 0)
