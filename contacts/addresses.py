"""Keys by which an e-mail address or phone number is matched."""


def email_key(email: str) -> str:
    """E-mail in lower case, for matching. It may be longer than the original: "İ" becomes two characters."""
    return email.lower()[:254]


def identities_of(email: str, phone: str) -> list[tuple[str, str]]:
    """(channel, external id) of an e-mail and a phone number in E.164, without empty ones."""
    # Always in this order: concurrent inserts in different orders would deadlock.
    return [pair for pair in (("email", email_key(email)), ("phone", phone)) if pair[1]]
