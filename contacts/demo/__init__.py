"""Demo conversations by WhatsApp, Telegram and e-mail, office hours, and contacts in bulk.

Other demo contacts are created by the demo's contact requests and inquiries.
"""

from .bulk import FIRST, LAST, SCALES, scale
from .conversations import load
from .hours import settle_in_demo
from .waiting import end_in_demo, put_off_in_demo

__all__ = ["FIRST", "LAST", "SCALES", "end_in_demo", "load", "put_off_in_demo", "scale", "settle_in_demo"]
