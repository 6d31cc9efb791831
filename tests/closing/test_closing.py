"""A closed office is shut to everybody, and as it was when it is opened again."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from config.accounts.models import ApiToken, Invitation, Session, User
from config.audit.models import AuditEvent
from config.closing.closing import TooLateError, close_pro, reopen_pro
from config.closing.models import Closing
from config.events.models import Endpoint
from contact_requests.models import Property
from contact_requests.receipts import make_receipt_key
from contacts.models import ChannelConnection
from inquiries.models import Offer
from tests.conftest import new_session
from tests.factories import InquiryFactory, PropertyFactory, RequestFactory, UserFactory, make_token

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


@pytest.fixture
def open_office(pro, user):
    """What lets people and messages in, and one of each that was off before."""
    user.set_password(PASSWORD)
    user.save()
    UserFactory(pro=pro, email="left@example.com", is_active=False)
    Invitation.objects.create(pro=pro, email="new@example.com")
    house = PropertyFactory(pro=pro, slug="maison-du-lac")
    PropertyFactory(pro=pro, slug="hidden", is_published=False)
    ApiToken.objects.create(pro=pro, name="Former", prefix="vst_former00", scopes=[], revoked_at=timezone.now())
    make_token(pro)
    channel = {"channel": "telegram", "provider": "telegram", "secret": "s", "token": "1:x"}
    ChannelConnection.objects.create(pro=pro, **channel)
    Endpoint.objects.create(pro=pro, url="https://crm.example.com", types=["contact.created"])
    RequestFactory(property=house)
    inquiry = InquiryFactory(pro=pro)
    Offer.objects.create(inquiry=inquiry, status="sent", currency="EUR", amount=1, title="Kitchen")
    return pro


def switches(pro):
    return [
        list(User.objects.filter(pro=pro, is_active=True).values_list("email", flat=True)),
        list(ApiToken.objects.filter(pro=pro, revoked_at=None).values_list("name", flat=True)),
        list(Property.objects.filter(pro=pro, is_published=True).values_list("slug", flat=True)),
        list(ChannelConnection.objects.filter(pro=pro, is_active=True).values_list("channel", flat=True)),
        list(Endpoint.objects.filter(pro=pro, is_enabled=True).values_list("url", flat=True)),
    ]


def test_nobody_and_nothing_gets_in_until_it_is_open_again(open_office, api, nobody, user, staff):
    pro, before = open_office, switches(open_office)
    session = new_session(user)
    addresses = [
        "/properties/maison-du-lac",
        f"/r/{make_receipt_key(pro.contact_requests.get())}",
        f"/offers/{Offer.objects.get().key}",
    ]
    assert [nobody.get(address).status_code for address in addresses] == [200, 200, 200]
    closing = close_pro(pro, by=staff)
    assert closing.due_at - closing.closed_at == timedelta(days=30)
    assert switches(pro) == [[], [], [], [], []]
    assert not Session.objects.filter(session_key=session).exists() and not Invitation.objects.exists()
    assert [nobody.get(address).status_code for address in addresses] == [404, 404, 404]
    assert api.get("/api/v1/contacts").status_code == 401
    answer = nobody.post("/sign-in", {"username": user.email, "password": PASSWORD})
    assert "Location" not in answer and "_auth_user_id" not in nobody.session
    reopen_pro(pro, by=staff)
    assert switches(pro) == before
    assert [nobody.get(address).status_code for address in addresses] == [200, 200, 200]
    kinds = AuditEvent.objects.filter(pro=pro, kind__startswith="office_").order_by("pk")
    assert list(kinds.values_list("kind", "by_user_id")) == [
        ("office_closed", staff.pk),
        ("office_reopened", staff.pk),
    ]


def test_closing_twice_is_closing_once(open_office, staff):
    first = close_pro(open_office, by=staff)
    assert close_pro(open_office, by=staff) == first
    assert first.stopped["accounts.user"] and AuditEvent.objects.filter(kind="office_closed").count() == 1


def test_it_is_too_late_once_its_deletion_has_begun(open_office, staff):
    close_pro(open_office, by=staff)
    Closing.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    for _time in range(2):
        with pytest.raises(TooLateError):
            reopen_pro(open_office, by=staff)
        Closing.objects.all().delete()


def test_another_office_goes_on(open_office, staff, other_user):
    other_pro = other_user.pro
    PropertyFactory(pro=other_pro, slug="elsewhere")
    before = switches(other_pro)
    close_pro(open_office, by=staff)
    assert switches(other_pro) == before and before[0] and before[2]


def test_the_job_deletes_nothing_before_its_time(open_office, staff):
    from_then = close_pro(open_office, by=staff).due_at
    job = DBTaskResult.objects.get(task_path="config.closing.deleting.delete_office")
    assert (job.args_kwargs["args"], job.run_after) == ([open_office.pk], from_then)
    job.task_result.task.func(open_office.pk)
    assert User.objects.filter(pro=open_office).exists()
