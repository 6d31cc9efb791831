"""Keeps the former paths of queued jobs importable for one release."""

from .mails import acknowledge, notify, send_reply

__all__ = ["acknowledge", "notify", "send_reply"]
