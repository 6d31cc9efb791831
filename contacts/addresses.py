"""Keys by which an e-mail address or phone number is matched."""


def email_key(email: str) -> str:
    """An e-mail for matching. Lower case may be longer than what was typed: "İ" becomes two characters."""
    return email.lower()[:254]


def identities_of(email: str, phone: str) -> list[tuple[str, str]]:
    """The (channel, external id) of an e-mail and a phone number in E.164; "" has none."""
    # Always in this order: two inserts that cross would lock each other out.
    return [pair for pair in (("email", email_key(email)), ("phone", phone)) if pair[1]]
