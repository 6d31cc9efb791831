"""The inquiries API. A file of routes is imported here, which declares them, in the order of the reference."""

# ruff: noqa: I001
from .base import api
from . import meta, submission, reading, changing, actions, offers, attachments

__all__ = ["actions", "api", "attachments", "changing", "meta", "offers", "reading", "submission"]
