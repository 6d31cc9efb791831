"""Erase the words of an inquiry's history, and seal it anew: the one change of a history that the database lets by."""

from collections.abc import Collection

from django.db import transaction

from ..models import HistoryErasure, Inquiry, InquiryHistory
from .chain import find_marks, seal_entry


def erase_words(inquiry: Inquiry, *, customer_ids: Collection[int]) -> None:
    """Empty the notes of a history, and `changed_by` where it is one of the customer's ids. Statuses and times stay.

    The former seal and the number of rows are kept in a HistoryErasure. Nothing is written where there is nothing to
    empty. Call it with the inquiry locked.
    """
    rows = list(InquiryHistory.objects.filter(inquiry=inquiry).order_by("pk"))
    emptied = [row for row in rows if row.note or row.changed_by in customer_ids]
    if not emptied:
        return
    with transaction.atomic():
        erasure = HistoryErasure.objects.create(
            inquiry=inquiry, former_seal=rows[-1].seal, rows=len(rows), marks=find_marks(row.pk for row in emptied)
        )
        seal = ""
        for row in rows:
            row.note = ""
            row.changed_by = None if row.changed_by in customer_ids else row.changed_by
            seal = seal_entry(row, seal)
            InquiryHistory.objects.filter(pk=row.pk).update(note="", changed_by=row.changed_by, seal=seal)
        HistoryErasure.objects.filter(pk=erasure.pk).update(is_open=False)
