import pytest

from contacts.channels import email

from .payloads import connect


@pytest.fixture
def read_mail(pro):
    """Reads a call of a provider of e-mail; returns the inbound messages."""

    def read(body, provider="mime", content_type="message/rfc822"):
        return list(email.read_call(connect(pro, provider), body, content_type))

    return read
