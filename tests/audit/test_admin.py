"""The audit in the admin: read by staff, by nobody changed."""

import pytest

from config.audit.kinds import Kind
from config.audit.models import AuditEvent
from config.audit.recording import record_event

from ..admin_site import page, staff_client
from ..pages import Page

pytestmark = pytest.mark.django_db


@pytest.fixture
def event(pro, user):
    record_event(Kind.EXPORTED, pro=pro, by=user, detail="contacts")
    return AuditEvent.objects.get()


def test_staff_see_all_and_change_nothing(event, staff_browser, other_user):
    record_event(Kind.SIGN_IN_FAILED, pro=None)
    listed = Page(staff_browser.get(page(AuditEvent, "changelist")))
    assert [row.text for row in listed.all("#result_list .field-kind_label")] == ["Sign-in failed", "Exported"]
    assert [row.text for row in listed.all("#result_list .field-by")] == ["-", "owner@example.com"]
    assert staff_browser.get(page(event, "change")).status_code == 200
    assert staff_browser.post(page(event, "change"), {"detail": "x"}).status_code == 403
    assert staff_browser.post(page(event, "delete"), {"post": "yes"}).status_code == 403
    assert staff_browser.get(page(AuditEvent, "add")).status_code == 403
    assert list(AuditEvent.objects.filter(pk=event.pk)) == [event]


def test_filters_and_search(event, staff_browser, pro):
    record_event(Kind.SIGN_IN_FAILED, pro=None)
    for query, count in {
        "kind=exported": 1,
        "kind=erased": 0,
        f"q={event.by_user_id}": 1,
        f"pro__id__exact={pro.pk}": 1,
    }.items():
        listed = Page(staff_browser.get(f"{page(AuditEvent, 'changelist')}?{query}"))
        assert (query, len(listed.all("#result_list .field-kind_label"))) == (query, count)


def test_staff_of_a_pro_see_that_pro(event, other_user):
    bound = staff_client("view_auditevent", pro=other_user.pro)
    assert Page(bound.get(page(AuditEvent, "changelist"))).all("#result_list .field-kind_label") == []
    assert bound.get(page(event, "change")).status_code == 404


def test_an_export_is_recorded(event, staff_browser, staff):
    form = {"action": "export", "_selected_action": [event.pk]}
    text = b"".join(staff_browser.post(page(AuditEvent, "changelist"), form)).decode("utf-8-sig")
    assert len(text.splitlines()) == 2 and ",exported," in text
    last = AuditEvent.objects.order_by("pk").last()
    assert (last.kind, last.by_user_id, last.detail, last.pro_id) == ("exported", staff.pk, "audit", None)
