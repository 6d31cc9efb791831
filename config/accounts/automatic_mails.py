"""Mails that the product sends by itself: none to an address to which the Pro's mails do not get."""

import logging
from collections.abc import Mapping
from typing import Any

from config.web import mail
from config.web.counters import count
from config.web.refusals import is_mailbox_gone

from .models import BouncedAddress, Pro

logger = logging.getLogger("vestibule.mail")


def send_automatic(
    pro: Pro, template: str, context: Mapping[str, object], *, kind: str, to: str, **options: Any
) -> bool:
    """Send a mail as `mail.try_send` does; `kind` is one of BouncedAddress.Mail.

    False when it is not sent for good: the address bounced before, or the mail is refused. An address that the server
    does not know is noted.
    """
    if BouncedAddress.objects.of(pro, to):
        logger.info("the mail %s is not sent: its address bounced before", template)
        count("vestibule_mails_total", outcome="suppressed")
        return False
    answer = mail.try_to_send(template, context, to=to, **options)
    if answer and is_mailbox_gone(answer):
        BouncedAddress.objects.note(pro, to, reason=BouncedAddress.Reason.GONE, mail=kind)
    return not answer
