"""Writes that no answer waits for, such as a token's last use: made when the answer has been sent.

One that fails is logged and forgotten.
"""

import logging
from collections import deque
from collections.abc import Callable
from typing import Any

from django.core.signals import request_finished
from django.db import DatabaseError, InterfaceError
from django.dispatch import receiver

logger = logging.getLogger("vestibule.aside")

# Of all threads: the request that ends first writes them.
_waiting: deque[Callable[[], object]] = deque()


def write_aside(write: Callable[[], object]) -> None:
    """Call `write` when a request has been answered."""
    _waiting.append(write)


@receiver(request_finished)
def write_waiting(**_: Any) -> None:
    """Make the writes that wait."""
    while _waiting:
        try:
            _waiting.popleft()()
        except IndexError:
            return  # Another thread took the last one.
        except (DatabaseError, InterfaceError) as error:
            logger.warning("what was to be written beside a request is lost: %s", type(error).__name__)
