"""Keeps the former paths of queued jobs importable for one release."""

from .identity_review import send_identity_review
from .mails import send_password_reset

__all__ = ["send_identity_review", "send_password_reset"]
