"""Read the history of an inquiry from the own table and the shared status package."""

import heapq

from ..models import InquiryHistory
from . import package
from .entry import FIELDS, Entry


def read_history(inquiry_id: int) -> list[Entry]:
    """Every move of one inquiry, oldest first: the own rows, and what other programs told the shared status package.

    A package that fails, says nonsense or takes longer than STATUS_HISTORY_TIMEOUT is logged; the own rows are whole
    without it.
    """
    rows = InquiryHistory.objects.filter(inquiry_id=inquiry_id).values(*FIELDS)
    own = [Entry(**row) for row in rows]
    known = {entry.uid for entry in own}
    others = [entry for entry in package.entries_or_nothing(inquiry_id) if entry.uid not in known]
    # The own ones stay in the order of writing, whatever a clock says.
    return list(heapq.merge(own, others, key=lambda entry: entry.created_at))
