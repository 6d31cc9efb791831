"""Mails of ours that came back: whose they were, and addresses that are sent none by themselves from then on.

An app has a function `mark_returned(pro, message_id, note)` in its module `returned_mail`: it marks its mail with that
Message-ID, says so by `note` where people read it, and returns a ReturnedMail; None for a mail of others.
"""

from typing import NamedTuple

from django.utils.translation import gettext_noop

from config.accounts.models import BouncedAddress, Pro
from config.accounts.notices import note_returned_notice
from config.web.counters import count
from config.web.hooks import hooks
from config.web.text import email_key

from ..channels.message import InboundMessage
from ..models import ChannelConnection, ChannelDelivery, Contact, ContactMessage

Mail, Reason = BouncedAddress.Mail, BouncedAddress.Reason
# Of a mail whose report became a message.
SEE_MESSAGE = gettext_noop("The e-mail was returned: see the message about it.")


class ReturnedMail(NamedTuple):
    """A mail that came back: its contact, the addresses it went to, and its kind, one of BouncedAddress.Mail."""

    contact: Contact | None
    to: tuple[str, ...]
    kind: str


def mark_returned(pro: Pro, message_id: str, note: str) -> ReturnedMail | None:
    """Have the app whose mail it was mark it; None for a mail that no app above knows."""
    marked = (module.mark_returned(pro, message_id, note) for module in hooks("returned_mail", "mark_returned"))
    return next((mail for mail in marked if mail), None)


def returned_answer(message: ContactMessage) -> ReturnedMail:
    """An answer that came back."""
    copies = tuple(address for _name, address in message.cc)
    return ReturnedMail(message.contact, (message.address, *copies), Mail.ANSWER)


def note_bounce(pro: Pro, mail: ReturnedMail, *, recipient: str = "", reason: str = Reason.GONE) -> None:
    """Note the address that a mail does not get to: the one that is reported, else the only one that it went to.

    A report may name the mailbox that an address is forwarded to, which says nothing of an address with copies.
    """
    named = [address for address in mail.to if email_key(address) == email_key(recipient)]
    for address in (named or mail.to) if named or len(mail.to) == 1 else ():
        BouncedAddress.objects.note(pro, address, reason=reason, mail=mail.kind)


def lift_bounce(pro: Pro, inbound: InboundMessage) -> None:
    """Forget that mails to the writer of an e-mail came back: somebody writes from there."""
    is_machine = inbound.is_automatic or inbound.is_silent or inbound.is_returned or inbound.lead
    if not is_machine and not inbound.is_past and inbound.is_proven:
        written_by = [id for channel, id in inbound.sender if channel == ChannelConnection.Channel.EMAIL]
        BouncedAddress.objects.lift(pro, *written_by)


def note_report(connection: ChannelConnection, inbound: InboundMessage, mail: ReturnedMail | None) -> None:
    """Note the address that a report calls gone, and lift what an e-mail of its owner disproves."""
    if mail and inbound.is_gone:
        note_bounce(connection.pro, mail, recipient=inbound.failed_recipient)
    if connection.channel == ChannelConnection.Channel.EMAIL:
        lift_bounce(connection.pro, inbound)


def note_notice_report(delivery: ChannelDelivery, item: object) -> None:
    """Note the address of a mail to a Pro or its users, if the report in a call says that there is no such mailbox."""
    if isinstance(item, InboundMessage) and item.is_returned:
        count("vestibule_mails_total", outcome="bounced")
        if item.is_gone:
            note_returned_notice(delivery.thread, recipient=item.failed_recipient)
