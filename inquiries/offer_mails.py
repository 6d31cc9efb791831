"""Keeps the former paths of queued jobs importable for one release."""

from .offers.mails import mail_offer as send_offer
from .offers.mails import mail_offer_answer as tell_answer

__all__ = ["send_offer", "tell_answer"]
