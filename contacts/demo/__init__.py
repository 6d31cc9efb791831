"""The demo's conversations by WhatsApp, Telegram and e-mail, and contacts in bulk. The demo's other contacts come with
the requests and inquiries that made them."""

from .bulk import FIRST, LAST, SCALES, scale
from .conversations import load

__all__ = ["FIRST", "LAST", "SCALES", "load", "scale"]
