"""Keeps the former paths of queued jobs importable for one release."""

from .conversations.mails import notify_message
from .conversations.receiving import read_delivery
from .conversations.sending import send_message
from .importing.jobs import check_import, run_import

__all__ = ["check_import", "notify_message", "read_delivery", "run_import", "send_message"]
