"""Keeps the former paths of queued jobs importable for one release."""

from .customers.profiles import complete_profile
from .mails import mail_acknowledgment as acknowledge
from .mails import mail_notification as notify

__all__ = ["acknowledge", "complete_profile", "notify"]
