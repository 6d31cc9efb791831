"""Read the person who wrote an e-mail."""

from anymail.inbound import AnymailInboundMessage

from config.web.mail import is_answerable

from .mail_headers import addresses_in, is_address
from .payload import clean_text


def read_sender(email: AnymailInboundMessage) -> tuple[str, str]:
    """(name, address) of the sender, ("", "") for none.

    A portal that writes in somebody's name sends from an address that takes no answers: then the sender is the one to
    whom the answer goes.
    """
    writers = addresses_in(email, "From") or [("", clean_text(email.envelope_sender, 254))]
    name, address = writers[0]
    if not is_answerable(address):
        replies = addresses_in(email, "Reply-To")
        answerable = [reply for reply in replies if is_answerable(reply[1]) and is_address(reply[1])]
        return answerable[0] if answerable else (name, address)
    return name, address
