"""Mails that the product sends by itself: none to an address to which the Pro's mails do not get.

Those about accounts go out all the same: somebody who asks for a new password sees at least that none came.
"""

import logging
from collections.abc import Mapping
from typing import Any

from config.web import mail
from config.web.counters import count
from config.web.refusals import is_mailbox_gone

from .models import BouncedAddress, Pro, User
from .notices import make_notice_token

logger = logging.getLogger("vestibule.mail")


def send_automatic(
    pro: Pro, template: str, context: Mapping[str, object], *, kind: str, to: str, **options: Any
) -> bool:
    """Send a mail as `mail.try_to_send` does; `kind` is one of BouncedAddress.Mail.

    False when it is not sent for good: the address bounced before, or the mail is refused. An address that the server
    does not know is noted.
    """
    if BouncedAddress.objects.of(pro, to):
        logger.info("the mail %s is not sent: its address bounced before", template)
        count("vestibule_mails_total", outcome="suppressed")
        return False
    if kind == BouncedAddress.Mail.NOTIFICATION:
        options["bounce_token"] = make_notice_token(pro, to)
    answer = mail.try_to_send(template, context, to=to, **options)
    _note_refusal(pro, to, answer, kind)
    return not answer


def send_account_mail(
    of: User | Pro, template: str, context: Mapping[str, object], *, to: str, language: str = ""
) -> None:
    """Send a mail about the account of a user, or about a Pro, in its language or another, to any address of theirs."""
    token, pro = make_notice_token(of, to), of if isinstance(of, Pro) else of.pro
    options = {"language": language or of.language, "headers": mail.AUTO_GENERATED, "bounce_token": token}
    answer = mail.try_to_send(template, context, to=to, **options)
    if pro:
        _note_refusal(pro, to, answer, BouncedAddress.Mail.ACCOUNT)


def _note_refusal(pro: Pro, to: str, answer: str, kind: str) -> None:
    if answer and is_mailbox_gone(answer):
        BouncedAddress.objects.note(pro, to, reason=BouncedAddress.Reason.GONE, mail=kind)
