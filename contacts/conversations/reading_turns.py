"""Turns in which the calls of several connections are read."""

from config.jobs.turns import BACKGROUND
from config.web.compiled import Compiled

from ..models import ChannelConnection, ChannelDelivery

# Keys of calls that are not read yet: of a connection, and to a Pro's reply addresses.
_UNREAD_CALLS = Compiled(
    lambda id: ChannelDelivery.objects.filter(connection=id, read_at=None).order_by().values_list("pk"), keeps_plan=True
)
_UNREAD_REPLIES = Compiled(
    lambda pro_id: (
        ChannelDelivery.objects.filter(pro=pro_id, connection=None, read_at=None).order_by().values_list("pk")
    ),
    keeps_plan=True,
)


def reading_priority(connection: ChannelConnection) -> int:
    """Priority of reading a new call, below that of all other jobs, and less for each unread one of the connection.

    So the calls of several Pros are read in turns, and a flood for one of them keeps nobody waiting.
    """
    unread = _UNREAD_CALLS if connection.pk else _UNREAD_REPLIES
    return max(BACKGROUND + 1 - len(unread.part(100, 0, connection.pk or connection.pro_id)), -100)
