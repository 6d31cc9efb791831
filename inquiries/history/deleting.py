"""Delete the history of an office that is deleted. The seals of days go on to fit the other rows."""

from itertools import batched

from django.db import transaction

from config.accounts.models import Pro

from ..models import (
    HistoryDeletion,
    HistoryDeparture,
    HistoryErasure,
    HistoryHead,
    Inquiry,
    InquiryHistory,
    UnsharedHistory,
)
from .chain import find_marks_of

MARKS = 1000


def delete_history(pro: Pro) -> None:
    """Delete all rows of a Pro's inquiries. Of those that a seal of a day covers, marks stay."""
    with transaction.atomic():
        # Nobody seals a day meanwhile: it would be of rows that are no longer there.
        list(HistoryHead.objects.select_for_update().filter(seal=""))
        rows = InquiryHistory.objects.filter(inquiry__pro=pro)
        ids = set(rows.values_list("pk", flat=True))
        for marks in batched(find_marks_of(ids), MARKS):
            HistoryDeletion.objects.create(first_id=marks[0][0], last_id=marks[-1][0], marks=marks)
        UnsharedHistory.objects.filter(entry__inquiry__pro=pro).delete()
        inquiries = Inquiry.objects.filter(pro=pro).values_list("pk", flat=True)
        HistoryDeparture.objects.bulk_create([HistoryDeparture(inquiry_id=id) for id in inquiries], batch_size=MARKS)
        HistoryErasure.objects.filter(inquiry__pro=pro)._raw_delete(rows.db)
        rows._raw_delete(rows.db)
        HistoryDeparture.objects.all()._raw_delete(rows.db)
