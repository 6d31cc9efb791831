"""Checks of the channels that are switched on, for `manage.py doctor`."""

from collections.abc import Iterator

from config.deadlines import finish_within

from .channels import telegram
from .channels.message import SendFailedError
from .channels.providers import provider_of
from .models import ChannelConnection

SECONDS = 20.0
ADVICE = "Its Pro has to look at Settings, Channels."


def check_channels() -> Iterator[tuple[str, str, str, str]]:
    """Sign in to each mailbox, and ask WhatsApp and Telegram who a token belongs to. Nothing is sent or changed."""
    active = ChannelConnection.objects.filter(is_active=True).order_by("pro_id", "channel")
    for connection in active.select_related("pro"):
        name = f"channel: {connection.provider} of Pro {connection.pro_id}"
        if not connection.is_set_up:
            yield (
                name,
                "warn",
                "switched on without its secret",
                ADVICE,
            )
            continue
        try:
            with finish_within(SECONDS):
                text = _try(connection)
        except SendFailedError as error:
            yield name, "fail", str(error.reason), ADVICE
        else:
            yield name, "ok", text, ""


def _try(connection: ChannelConnection) -> str:
    if connection.provider == ChannelConnection.Provider.TELEGRAM:
        # Its own check registers the webhook.
        telegram.call_method(connection, "getMe", {})
        return "the token is accepted"
    if connection.provider == ChannelConnection.Provider.WHATSAPP:
        provider_of(connection).check_connection(connection)
        return "the token is accepted"
    if connection.provider == ChannelConnection.Provider.MAILBOX:
        provider_of(connection).check_connection(connection)
        return "signed in to both servers"
    return "waits for its provider's calls"


CHECKS = {"channels": check_channels}
