import pytest

from contacts.channels.mail_calls import MailCall, read_here


@pytest.fixture
def read_mail():
    """Reads a call of a provider of e-mail in this process; returns the inbound messages."""

    def read(body, provider="mime", content_type="message/rfc822"):
        message = read_here(MailCall(provider, body, content_type))
        return [message] if message else []

    return read


@pytest.fixture
def user(user):
    """The owner, whose answers leave at once."""
    user.undo_seconds = 0
    user.save()
    return user
