"""Switches of this app that are off while an office is closed, see `config.closing`."""

from config.closing.switches import Switch

from .models import ChannelConnection
from .privacy.tidying import tidy_database as tidy

__all__ = ["SWITCHES", "tidy"]

SWITCHES = [Switch(ChannelConnection, "is_active")]
