"""Rows of this app that go before all others when an office is deleted, see `config.closing`."""

from .history.deleting import delete_history as delete_first

__all__ = ["delete_first"]
