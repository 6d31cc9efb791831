"""The channels by which a contact can be answered now, each with its address."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from config.accounts.models import BouncedAddress, Pro
from config.web.compiled import Compiled, Question
from config.web.mail import is_answerable
from config.web.together import UNASKED, Answers

from ..addresses import email_key
from ..channels.mail_headers import MAX_REFERENCES
from ..channels.whatsapp import WINDOW_HOURS
from ..models import ChannelConnection, Contact, ContactIdentity, ContactMessage
from ..topics import GONE_OUT, Topic, read_topic

Channel = ChannelConnection.Channel
EMAIL = Channel.EMAIL
# Identities of a contact that are read at once.
MAX_IDENTITIES = 20


class ReplyChannel(NamedTuple):
    """One way to answer a contact; `address` is as the provider knows it, `subject` and `references` are an e-mail's.

    Without a `connection` an e-mail leaves by the installation's own mail.

    `cc` are the [name, address] of the others who got the e-mail that is answered.

    `is_window_closed`: WhatsApp takes free text for 24 hours after somebody's last message (the customer service
    window), and that time is over.
    """

    channel: str
    connection: ChannelConnection | None
    address: str
    subject: str = ""
    references: tuple[str, ...] = ()
    is_window_closed: bool = False
    cc: tuple[tuple[str, str], ...] = ()

    @property
    def label(self) -> str:
        """The channel's name, for e-mail with the address: a contact may have several."""
        name = str(Channel(self.channel).label)
        return f"{name} ({self.address})" if self.channel == Channel.EMAIL else name


def find_reply_channels(
    contact: Contact,
    topic: str = "",
    *,
    about: Topic | None = None,
    at: datetime | None = None,
    answers: Answers = UNASKED,
) -> list[ReplyChannel]:
    """Reply channels of a contact for an answer about a topic, the one that they wrote by last first.

    A contact who has never written has none but e-mail. One whose window is closed at the time `at`, now unless it is
    given, takes templates only. `about` is what the topic stands for, where the caller has read it.
    """
    about = about or read_topic(contact, topic)
    sending = _read_sending(contact, answers)
    others = [connection for connection in sending if connection.channel != EMAIL]
    messages = answers.rows(_ask_last_messages(contact, sending, topic))
    by_mail = next((connection for connection in sending if connection.channel == EMAIL), None)
    dated: list[tuple[ContactMessage | None, ReplyChannel | None]] = []
    for connection in others:
        last = _last_received(messages, connection.channel)
        dated.append((last, _chat_reply_channel(connection, last, _newest_received(messages, connection.channel), at)))
    mail = _email_reply_channel(contact, by_mail, messages, topic, about, answers)
    dated.append((_last_received(messages, EMAIL), mail))
    never = contact.created_at - timedelta(days=36500)
    dated.sort(key=lambda pair: pair[0].created_at if pair[0] else never, reverse=True)
    return [reply_channel for _last, reply_channel in dated if reply_channel]


def ask_last_messages(contact: Contact, topic: str, answers: Answers) -> Question[ContactMessage]:
    """The question of `find_reply_channels`, once CONNECTIONS is answered."""
    return _ask_last_messages(contact, _read_sending(contact, answers), topic)


def _ask_last_messages(contact: Contact, sending: list[ChannelConnection], topic: str) -> Question[ContactMessage]:
    """The question for the messages by which the reply channels are found.

    They are the last one received by each channel, the last one there that a person wrote, and the last e-mails about
    the topic, received and sent.
    """
    others = [each.channel for each in sending if each.channel != EMAIL]
    return _LAST_MESSAGES.question(contact, list(map(str, [*others, EMAIL])), *([topic] if topic else []))


def _read_sending(contact: Contact, answers: Answers) -> list[ChannelConnection]:
    return [each for each in answers.rows(CONNECTIONS.question(contact.pro)) if each.is_sending]


def _last_messages(contact: Contact, channels: Sequence[str], topic: str = "") -> QuerySet[ContactMessage]:
    every = ContactMessage.objects.filter(contact=contact).order_by()
    received = every.filter(state=ContactMessage.State.RECEIVED).exclude(address="")
    parts = [received.filter(channel=channel) for channel in channels]
    parts += [rows.filter(is_silent=False) for rows in parts]
    if topic:
        of_topic = {"topic": topic, "channel": EMAIL}
        parts += [received.filter(is_silent=False, **of_topic), every.filter(state__in=GONE_OUT, **of_topic)]
    newest = [rows.order_by("-created_at", "-id").values("pk")[:1] for rows in parts]
    # SQLite takes no LIMIT in the parts of a union itself.
    ids = [ContactMessage.objects.order_by().filter(pk__in=rows).values("pk") for rows in newest]
    return every.filter(pk__in=ids[0].union(*ids[1:])).defer("text", "quoted", "former", "search_text")


def _newest_identities(contact: Contact) -> QuerySet[ContactIdentity, Any]:
    """(channel, external id) of the newest identities that a contact holds."""
    rows = ContactIdentity.objects.filter(contact=contact).held().order_by("-pk")
    return rows.values_list("channel", "external_id")[:MAX_IDENTITIES]


CONNECTIONS = Compiled(lambda pro: ChannelConnection.objects.for_pro(pro), keeps_plan=True)
_LAST_MESSAGES = Compiled(_last_messages, keeps_plan=True)
IDENTITIES = Compiled(_newest_identities, keeps_plan=True)
BOUNCED = Compiled(
    lambda pro, contact: BouncedAddress.objects.for_pro(pro).filter(
        address__in=ContactIdentity.objects.filter(contact=contact, channel=EMAIL).values("external_id")
    ),
    keeps_plan=True,
)


def find_bounced(contact: Contact, reply_channels: Iterable[ReplyChannel], answers: Answers) -> BouncedAddress | None:
    """The row of the address by which the contact is answered by e-mail, None for one that mails get to."""
    addresses = {email_key(reply.address) for reply in reply_channels if reply.channel == EMAIL}
    rows = answers.rows(BOUNCED.question(contact.pro, contact))
    return next((row for row in rows if row.address in addresses), None)


def _newest(messages: Iterable[ContactMessage]) -> ContactMessage | None:
    return max(messages, key=lambda message: (message.created_at, message.pk), default=None)


def _newest_received(messages: Iterable[ContactMessage], channel: str) -> ContactMessage | None:
    return _newest(each for each in messages if each.channel == channel and not each.is_outbound)


def _last_received(messages: Iterable[ContactMessage], channel: str) -> ContactMessage | None:
    """The last message by a channel that a person wrote: a program's is not answered."""
    return _newest_received([each for each in messages if not each.is_silent], channel)


def take_free_text(reply_channels: list[ReplyChannel]) -> list[ReplyChannel]:
    """Those that take free text now."""
    return [reply for reply in reply_channels if not reply.is_window_closed]


def find_reply_channel(
    contact: Contact, channel: str, topic: str = "", *, at: datetime | None = None
) -> ReplyChannel | None:
    """The contact's reply channel of one channel, as `find_reply_channels` has it."""
    return next((reply for reply in find_reply_channels(contact, topic, at=at) if reply.channel == channel), None)


def needs_template(message: ContactMessage) -> bool:
    """True for a free text by WhatsApp."""
    return message.channel == Channel.WHATSAPP and not message.template


def is_window_closed(contact_id: uuid.UUID) -> bool:
    """True when WhatsApp takes no free text for a contact any more, or never did."""
    received = ContactMessage.objects.filter(
        contact=contact_id, channel=Channel.WHATSAPP, state=ContactMessage.State.RECEIVED, is_silent=False
    )
    return not received.filter(created_at__gte=_window_start()).exists()


def _window_start(at: datetime | None = None) -> datetime:
    return (at or timezone.now()) - timedelta(hours=WINDOW_HOURS)


def window_closed_text() -> str:
    """Say why WhatsApp takes no free text."""
    return _("WhatsApp takes free text for 24 hours after somebody's last message. That time is over.")


def _chat_reply_channel(
    connection: ChannelConnection, last: ContactMessage | None, newest: ContactMessage | None, at: datetime | None
) -> ReplyChannel | None:
    """`last` is the last message by this channel that a person wrote, `newest` the last one of all."""
    if last is None or newest is None:
        return None
    is_old = last.created_at < _window_start(at)
    is_closed = is_old and connection.channel == Channel.WHATSAPP
    # WhatsApp's own notice tells the new number of a contact.
    return ReplyChannel(connection.channel, connection, newest.address, is_window_closed=is_closed)


def _email_reply_channel(
    contact: Contact,
    connection: ChannelConnection | None,
    messages: list[ContactMessage],
    topic: str,
    about: Topic | None,
    answers: Answers,
) -> ReplyChannel | None:
    """Reply to their last e-mail, else to the contact's address; None for an address that takes no answers.

    About a topic: to their last e-mail about it, else below ours, else to the address that was given with it.
    """
    of_topic = [message for message in messages if message.topic == topic]
    last = _last_received(of_topic if about else messages, EMAIL)
    address = last.address if last and _is_of_contact(contact, last, answers) else ""
    address = address or (about.address if about else "") or contact.email
    if not address or not is_answerable(address):
        return None
    if last is None and about:
        return _first_about(connection, address, _newest(each for each in of_topic if each.is_outbound), about)
    subject = last.subject if last and last.subject else _("Message from %(pro)s") % {"pro": contact.pro.name}
    is_answer = bool(last and last.subject)
    return ReplyChannel(
        EMAIL,
        connection,
        address,
        _as_answer(subject) if is_answer else subject[:200],
        tuple(last.references) if last else (),
        cc=_other_recipients(contact.pro, connection, last, address) if last else (),
    )


def _first_about(
    connection: ChannelConnection | None, address: str, sent: ContactMessage | None, about: Topic
) -> ReplyChannel:
    """E-mail about a topic that the contact has not written about by e-mail: below ours (`sent`), if there is one."""
    if sent and sent.external_id:
        references = (*sent.references, sent.external_id)[-MAX_REFERENCES:]
        return ReplyChannel(EMAIL, connection, address, sent.subject, references)
    return ReplyChannel(EMAIL, connection, address, about.subject[:200], about.references)


def _as_answer(subject: str) -> str:
    """Subject of an answer to an e-mail with this one."""
    return (subject if subject.lower().startswith("re:") else f"Re: {subject}")[:200]


def _other_recipients(
    pro: Pro, connection: ChannelConnection | None, message: ContactMessage, address: str
) -> tuple[tuple[str, str], ...]:
    """The (name, address) of the others who got an e-mail and can be answered."""
    ours = [connection.address] if connection else []
    own = {email_key(each) for each in (*ours, pro.email, address)}
    return tuple((name, each) for name, each in message.cc if email_key(each) not in own and is_answerable(each))


def _is_of_contact(contact: Contact, message: ContactMessage, answers: Answers) -> bool:
    """True if the contact is still known by the sender of an e-mail; after a merge there may be several."""
    # Its answers may go to another address, that of Reply-To.
    senders = [(channel, external_id) for channel, external_id in message.sender]
    senders.append((Channel.EMAIL, email_key(message.address)))
    newest = answers.rows(IDENTITIES.question(contact))
    if not {*newest}.isdisjoint(senders):
        return True
    # Who has been merged often may have more of them.
    return len(newest) == MAX_IDENTITIES and contact.identities.matching(senders).exists()
