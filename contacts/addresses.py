"""Keys by which an e-mail address or phone number is matched."""

from config.web.text import email_key

__all__ = ["email_key", "identities_of"]


def identities_of(email: str, phone: str) -> list[tuple[str, str]]:
    """(channel, external id) of an e-mail and a phone number in E.164, without empty ones."""
    # Always in this order: concurrent inserts in different orders would deadlock.
    return [pair for pair in (("email", email_key(email)), ("phone", phone)) if pair[1]]
