"""The contacts API: the conversation with a contact, and answers to it. Source: docs/api/messages.md."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import FileResponse, HttpResponse
from msgspec import Meta, Struct

from config.accounts.access import Caller
from config.api.dialect import created
from config.api.errors import Detail, invalid_fields
from config.api.idempotency import RequestKey
from config.api.reading import Body, Input
from config.api.times import format_utc
from config.audit.kinds import Kind
from config.audit.recording import record_event, record_view
from config.files.downloads import download
from config.web.paging import read_newest

from .api import MESSAGES, api, contact_of_caller
from .conversations.programs import write_for_program
from .conversations.reply_channels import find_reply_channels
from .conversations.seen import thread_version
from .conversations.threads import attach_files
from .conversations.writing import MAX_COPIES
from .dialect import dialect
from .models import Contact, ContactMessage, MessageFile
from .schemas import Email, Moment
from .topics import INQUIRY, REQUEST, make_topic, read_topic, split_topic

Channel = Literal["whatsapp", "telegram", "email"]
State = Literal["received", "scheduled", "sending", "sent", "delivered", "read", "failed"]
LIST, ONE = "/<uuid:id>/messages", "/<uuid:id>/messages/<uuid:message_id>"
MAX_MESSAGE_ID = 2**63 - 1


class MessageQuery(Input):
    limit: Annotated[int, Meta(ge=1, le=100, description="Messages a page.")] = 20
    cursor: Annotated[str, Meta(max_length=500, description="`cursor.next` of the page before.")] | None = None


class MessageCreate(Body, rename="camel"):
    text: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=50_000,
            description="With something to see; WhatsApp and Telegram take 4096 characters (UTF-16 units).",
            extra_json_schema={"format": "words"},
        ),
    ]
    channel: Annotated[Channel, Meta(description="By default the one that they wrote by last.")] | None = None
    contact_request_id: Annotated[uuid.UUID, Meta(description="What it answers, if not an inquiry.")] | None = None
    inquiry_id: Annotated[int, Meta(ge=1, le=MAX_MESSAGE_ID, description="What it answers, else.")] | None = None
    cc: Annotated[list[Email], Meta(max_length=MAX_COPIES, description="Copies, of an e-mail alone.")] = []
    send_at: Annotated[datetime, Meta(tz=True, description="Within a year; by default at once.")] | None = None
    seen: (
        Annotated[
            str,
            Meta(
                max_length=4000,
                description="`thread.version` of the list: nothing is sent if anything was added to the thread since.",
            ),
        ]
        | None
    ) = None
    confirms: Annotated[
        list[uuid.UUID],
        Meta(max_length=20, description="Ids of messages with `isUnconfirmed` that this contact did write."),
    ] = []

    @classmethod
    def check_combination(cls, data: Mapping[str, Any]) -> list[Detail]:
        """Errors of an answer to two things."""
        if data.get("contactRequestId") is not None and data.get("inquiryId") is not None:
            return [Detail("inquiryId", "Send contactRequestId or inquiryId, not both.")]
        return []


class MessageAttachment(Struct, rename="camel"):
    id: int
    filename: str
    mime_type: str
    size: int
    download_url: str


class MessageBody(Struct, rename="camel"):
    """`author` is the name of the user who wrote an answer, null for a program; `address` is the other end's.

    `sendAt` is the time at which an answer that waits leaves, `error` why one has failed.
    """

    id: uuid.UUID
    contact_id: uuid.UUID
    direction: Literal["inbound", "outbound"]
    channel: Channel
    state: State
    error: str | None
    address: str | None
    sender_name: str | None
    author: str | None
    subject: str | None
    text: str
    cc: list[str]
    attachments: list[MessageAttachment]
    contact_request_id: uuid.UUID | None
    inquiry_id: int | None
    is_automatic: bool
    is_unconfirmed: bool
    created_at: Moment
    edited_at: Moment | None
    deleted_at: Moment | None
    read_at: Moment | None
    send_at: Moment | None
    sent_at: Moment | None


class MessageAnswer(Struct):
    data: MessageBody


class MessageCursor(Struct):
    next: str | None


class ReplyChannelBody(Struct, rename="camel"):
    """A way to answer; `takesText` is false where WhatsApp takes templates alone, as they have not written lately."""

    channel: Channel
    address: str
    takes_text: bool


class Thread(Struct, rename="camel"):
    version: str
    reply_channels: list[ReplyChannelBody]


class MessagePage(Struct, rename="camel"):
    data: list[MessageBody]
    cursor: MessageCursor
    has_more: bool
    thread: Thread


def _attachment(message: ContactMessage, file: MessageFile) -> MessageAttachment:
    address = f"{dialect.prefix}/{message.contact_id}/messages/{message.pk}/attachments/{file.pk}/download"
    return MessageAttachment(file.pk, file.filename, file.mime_type, file.size, address)


def _to_body(message: ContactMessage) -> MessageBody:
    """Body of a message; its author and files are shown."""
    kind, key = split_topic(message.topic)
    return MessageBody(
        id=message.pk,
        contact_id=message.contact_id,
        direction="outbound" if message.is_outbound else "inbound",
        channel=message.channel,  # type: ignore[arg-type]
        state=message.state,  # type: ignore[arg-type]
        error=message.error or None,
        address=message.address or None,
        sender_name=message.sender_name or None,
        author=str(message.author) if message.author else None,
        subject=message.subject or None,
        text=message.text,
        cc=[address for _name, address in message.cc],
        attachments=[_attachment(message, file) for file in message.files.all()],
        contact_request_id=uuid.UUID(key) if kind == REQUEST else None,
        inquiry_id=int(key) if kind == INQUIRY else None,
        is_automatic=message.is_automatic,
        is_unconfirmed=message.is_unconfirmed,
        created_at=format_utc(message.created_at),
        edited_at=format_utc(message.edited_at),
        deleted_at=format_utc(message.deleted_at),
        read_at=format_utc(message.read_at),
        send_at=format_utc(message.send_at) if message.state == ContactMessage.State.SCHEDULED else None,
        sent_at=format_utc(message.sent_at),
    )


@api.endpoint("GET", LIST, scope="messages:read", tag=MESSAGES, query=MessageQuery, answer=MessagePage)
def list_messages(caller: Caller, id: uuid.UUID, query: MessageQuery) -> MessagePage:
    """List the messages of a contact, newest first.

    Follow `cursor.next` for the next page until it is null. `thread.replyChannels` are the channels by which the
    contact can be answered, the one that they wrote by last first. Reading marks nothing as read.
    """
    contact = contact_of_caller(caller, id)
    # Read before the messages: what comes meanwhile was not seen.
    version = thread_version(contact)
    rows = contact.messages.select_related("author")
    page, following = read_newest(rows, query.limit, query.cursor, read_id=uuid.UUID)
    attach_files(page)
    record_view(contact, by=caller.actor)
    channels = [
        ReplyChannelBody(each.channel, each.address, not each.is_window_closed)  # type: ignore[arg-type]
        for each in find_reply_channels(contact)
    ]
    data, thread = [_to_body(row) for row in page], Thread(version, channels)
    return MessagePage(data, MessageCursor(following), following is not None, thread)


@api.endpoint("GET", ONE, scope="messages:read", tag=MESSAGES, answer=MessageAnswer)
def get_message(caller: Caller, id: uuid.UUID, message_id: uuid.UUID) -> MessageAnswer:
    """Get one message, such as an answer that is on its way."""
    contact = contact_of_caller(caller, id)
    message = contact.messages.select_related("author").get(pk=message_id)
    record_view(contact, by=caller.actor)
    return MessageAnswer(_to_body(message))


@api.endpoint(
    "POST",
    LIST,
    scope="messages:write",
    tag=MESSAGES,
    body=MessageCreate,
    answer=MessageAnswer,
    is_creating=True,
    errors=("thread_changed",),
)
def answer_contact(caller: Caller, id: uuid.UUID, body: MessageCreate, key: RequestKey) -> HttpResponse:
    """Answer a contact.

    Without `channel` it goes by the channel that they wrote by last; somebody who has never written is answered by
    e-mail. It ends the waiting of what it is about: `contactRequestId` or `inquiryId`, or all that waits. Send `seen`
    so that nothing leaves when a colleague has answered, or the contact has written, since the thread was read (409).
    """
    contact = contact_of_caller(caller, id)
    with key.hold():
        message = write_for_program(
            contact,
            body.text,
            channel=body.channel or "",
            topic=_find_topic(contact, body),
            confirms=body.confirms,
            cc=" ".join(body.cc),
            send_at=body.send_at,
            seen=body.seen or "",
        )
        return key.answer(created(MessageAnswer(_to_body(message)), f"{dialect.prefix}/{id}/messages/{message.pk}"))


def _find_topic(contact: Contact, body: MessageCreate) -> str:
    """The topic that the body names, "" for none. Raises ProblemError (invalid) for one that is not the contact's."""
    named = [("contactRequestId", REQUEST, body.contact_request_id), ("inquiryId", INQUIRY, body.inquiry_id)]
    for field, kind, id in named:
        if id is not None:
            topic = make_topic(kind, id)
            if read_topic(contact, topic) is None:
                raise invalid_fields(Detail(field, "There is nothing of this contact under this id."))
            return topic
    return ""


@api.endpoint(
    "GET",
    f"{ONE}/attachments/<int:attachment_id>/download",
    scope="messages:read",
    tag=MESSAGES,
    answer=FileResponse,
)
def download_message_attachment(
    caller: Caller, id: uuid.UUID, message_id: uuid.UUID, attachment_id: int
) -> FileResponse:
    """Download an attachment of a message.

    It comes under its original name, and is never shown in the browser. It is whatever the sender sent: do not open it
    without a check.
    """
    contact = contact_of_caller(caller, id)
    rows = MessageFile.objects.for_pro(caller.pro).filter(message__contact=contact, message=message_id)
    file = rows.get(pk=attachment_id)
    try:
        response = download(file.open(), filename=file.filename, content_type=file.served_type)
    except FileNotFoundError as error:
        raise MessageFile.DoesNotExist from error
    record_event(Kind.DOWNLOADED, file, pro=caller.pro, by=caller.token)
    return response
