"""An office with a word of its own in every field of every table, another one beside it, and the end of the first."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from config.accounts.models import Pro
from config.audit.models import AuditEvent
from config.closing.closing import close_pro
from config.closing.deleting import delete_office
from config.closing.models import Closing
from inquiries.models import HistoryErasure
from tests.access.rows import Rows

WORD = "zqoffice"
# Its id, above what a sequence reaches.
OFFICE = 7_700_077


class Office(Rows):
    """Its audit holds no words, as the audit does."""

    def _text(self, field: Any) -> str:
        return "" if field.model is AuditEvent else super()._text(field)


@pytest.fixture
def office(shipped) -> Rows:
    rows = Office(WORD, OFFICE)
    HistoryErasure.objects.update(is_open=False)
    return rows


@pytest.fixture
def others(office) -> Rows:
    rows = Office("neighbour", OFFICE + 1)
    HistoryErasure.objects.update(is_open=False)
    return rows


@pytest.fixture
def delete_now(staff):
    """Function that closes an office and has the job delete it as if a month had passed."""

    def run(pro: Pro) -> None:
        close_pro(pro, by=staff)
        Closing.objects.filter(pro=pro).update(due_at=timezone.now() - timedelta(seconds=1))
        delete_office.func(pro.pk)

    return run
