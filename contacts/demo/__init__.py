"""Demo conversations by WhatsApp, Telegram and e-mail, and contacts in bulk.

Other demo contacts are created by the demo's contact requests and inquiries.
"""

from .bulk import FIRST, LAST, SCALES, scale
from .conversations import load

__all__ = ["FIRST", "LAST", "SCALES", "load", "scale"]
