"""Staff invite, send again and withdraw in the admin, by the verbs of the team page."""

import pytest
from django.core import mail

from config.accounts.inviting import INVITED_ALREADY, OFFICE_CLOSED
from config.accounts.models import Invitation
from config.audit.models import AuditEvent
from config.closing.closing import close_pro

from ..admin_site import page as page_of
from ..pages import Page
from .invitations import EMAIL, rows

pytestmark = pytest.mark.django_db


def test_staff_invite_send_again_and_withdraw_by_the_same_verbs(staff_browser, staff, pro, work_tasks):
    form = {"pro": pro.pk, "email": "Ines@Example.org", "role": "owner", "language": "fr"}
    assert staff_browser.post(page_of(Invitation, "add"), form)["Location"] == page_of(Invitation, "changelist")
    assert rows() == [(EMAIL, "owner", "fr", 1)]
    again = staff_browser.post(page_of(Invitation, "add"), form)
    assert Page(again).texts(".errorlist li") == [str(INVITED_ALREADY)]
    chosen = {"action": "send_again", "_selected_action": [Invitation.objects.get().pk]}
    staff_browser.post(page_of(Invitation, "changelist"), chosen)
    work_tasks()
    assert (rows(), len(mail.outbox)) == ([(EMAIL, "owner", "fr", 2)], 1)
    staff_browser.post(page_of(Invitation, "changelist"), {**chosen, "action": "delete_selected", "post": "yes"})
    assert rows() == []
    events = AuditEvent.objects.exclude(kind="admin_changed").order_by("pk")
    assert list(events.values_list("kind", "by_user_id", "detail", "pro_id")) == [
        ("invited", staff.pk, "owner", pro.pk),
        ("invited", staff.pk, "again", pro.pk),
        ("invitation_withdrawn", staff.pk, "", pro.pk),
    ]


def test_staff_invite_nobody_to_a_closed_office(staff_browser, staff, user, pro):
    close_pro(pro, by=staff)
    form = {"pro": pro.pk, "email": EMAIL, "role": "owner", "language": "fr"}
    assert Page(staff_browser.post(page_of(Invitation, "add"), form)).texts(".errorlist li") == [str(OFFICE_CLOSED)]
    assert rows() == []
