"""Keeps the former paths of queued jobs importable for one release."""

from .customers.profiles import complete_profile
from .mails import acknowledge, notify

__all__ = ["acknowledge", "complete_profile", "notify"]
