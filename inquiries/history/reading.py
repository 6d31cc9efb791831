"""Read the history of an inquiry from the own table and the shared status package."""

import heapq

from config.web.compiled import Compiled
from config.web.together import UNASKED, Answers

from ..models import InquiryHistory
from . import package
from .entry import FIELDS, Entry


def read_history(inquiry_id: int, answers: Answers = UNASKED) -> list[Entry]:
    """Every move of one inquiry, oldest first: the own rows, and entries of other programs in the shared package.

    A package that fails, answers invalid data or takes longer than STATUS_HISTORY_TIMEOUT is logged and skipped.
    """
    own = [Entry(**dict(zip(FIELDS, row, strict=True))) for row in answers.rows(OWN.question(inquiry_id))]
    known = {entry.uid for entry in own}
    others = [entry for entry in package.read_entries_or_none(inquiry_id) if entry.uid not in known]
    # The own rows stay in the order of writing, whatever the clocks said.
    return list(heapq.merge(own, others, key=lambda entry: entry.created_at))


OWN = Compiled(lambda id: InquiryHistory.objects.filter(inquiry_id=id).values_list(*FIELDS), keeps_plan=True)
