"""Events reach the program that wants them: signed, in the order of each object, again until it accepts them."""

from datetime import timedelta

import pytest
from django.utils import timezone
from standardwebhooks import Webhook

from config.events import sending
from config.events.housekeeping import expire_dispatches, prune_events
from config.events.managing import change_endpoint, create_endpoint, replace_secret, send_again, send_test
from config.events.models import Dispatch, Endpoint, Event
from config.events.sending import next_wait, pause_after, send_events, wake_endpoints
from contacts.models import Contact

from .receiver import OK

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def register(pro, name):
    return Contact.objects.register(pro, name=name, email=f"{name}@example.org")


def names(receiver):
    return [(event["type"], event["data"]["name"]) for event in receiver.accepted]


def states(endpoint):
    return list(endpoint.dispatches.order_by("pk").values_list("state", "attempts", "status", "reason"))


def test_an_event_is_signed_as_the_standard_has_it(endpoint, receiver, pro, work_tasks):
    register(pro, "jane")
    work_tasks()
    [call] = receiver.calls
    event = Event.objects.get()
    verified = Webhook(endpoint.secret).verify(call.body, {name.lower(): value for name, value in call.headers.items()})
    assert verified == call.event
    assert (call.path, call.body.decode()) == ("/hook", event.payload)
    assert (call.headers["webhook-id"], call.headers["Content-Type"]) == (event.name, "application/json")
    assert states(endpoint) == [("delivered", 1, 204, "")]


def test_for_a_day_two_secrets_sign(endpoint, receiver, pro, work_tasks):
    former = endpoint.secret
    replace_secret(endpoint, by=None)
    register(pro, "one")
    work_tasks()
    Endpoint.objects.update(former_until=timezone.now())
    register(pro, "two")
    work_tasks()
    signatures = [call.headers["webhook-signature"].split() for call in receiver.calls]
    assert [len(each) for each in signatures] == [2, 1]
    for secret, call in ((former, receiver.calls[0]), *((endpoint.secret, call) for call in receiver.calls)):
        Webhook(secret).verify(call.body, {name.lower(): value for name, value in call.headers.items()})


def test_of_one_object_each_waits_for_those_before_it_and_others_go_on(endpoint, receiver, pro, work_tasks, later):
    receiver.answer = lambda event: (500, {}, b"no") if event["data"]["name"].startswith("jane") else OK
    jane = register(pro, "jane")
    jane.change({"name": "jane2"}, by=None)
    register(pro, "paul")
    work_tasks()
    assert names(receiver) == [("contact.created", "paul")]
    assert states(endpoint) == [("waiting", 1, 500, ""), ("waiting", 0, None, ""), ("delivered", 1, 204, "")]
    assert endpoint.dispatches.earliest("pk").answer == "no"
    receiver.answer = lambda event: OK
    later()
    wake_endpoints()
    work_tasks()
    assert names(receiver)[1:] == [("contact.created", "jane"), ("contact.updated", "jane2")]


@pytest.mark.parametrize(
    ("answer", "status", "reason"),
    [
        (lambda event: (302, {"Location": "/elsewhere"}, b""), 302, ""),
        (lambda event: (200, {}, b"x" * 70_000), None, "too_large"),
        (lambda event: (200, {"Content-Length": "9"}, b"x"), None, "no_answer"),
        (lambda event: None, None, "timeout"),
    ],
)
def test_what_is_no_success_is_tried_again(
    endpoint, receiver, pro, work_tasks, later, monkeypatch, answer, status, reason
):
    monkeypatch.setattr(sending, "TIMEOUT", 0.3)
    receiver.answer = answer
    register(pro, "jane")
    work_tasks()
    assert (states(endpoint), [call.path for call in receiver.calls]) == ([("waiting", 1, status, reason)], ["/hook"])
    receiver.answer = lambda event: (201, {}, b"thanks\0")
    later()
    send_events.func(str(endpoint.pk))
    assert states(endpoint) == [("delivered", 2, 201, "")]
    assert endpoint.dispatches.get().answer == "thanks\ufffd"
    assert receiver.calls[0].headers["webhook-id"] == receiver.calls[1].headers["webhook-id"]


def test_nobody_there(endpoint, receiver, pro, work_tasks):
    receiver.stop()
    register(pro, "jane")
    work_tasks()
    assert states(endpoint) == [("waiting", 1, None, "unreachable")]


def test_a_private_address_is_not_called(endpoint, receiver, pro, work_tasks, settings):
    settings.OUTGOING_PRIVATE_NETWORKS = []
    register(pro, "jane")
    work_tasks()
    assert (states(endpoint), receiver.calls) == ([("waiting", 1, None, "private_address")], [])


def test_one_that_hung_is_left_alone_for_a_while(endpoint, receiver, pro, work_tasks, monkeypatch):
    monkeypatch.setattr(sending, "TIMEOUT", 0.3)
    other = create_endpoint(pro, {"url": f"{receiver.url}/2", "types": ["contact.created"]}, by=None)
    receiver.answer = lambda event: None
    for name in ("jane", "paul"):
        register(pro, name)
    work_tasks()
    assert len(receiver.calls) == 1
    assert states(endpoint) == [("waiting", 1, None, "timeout"), ("waiting", 0, None, "")]
    assert states(other) == [("waiting", 0, None, "")] * 2
    assert all(each.paused_until > timezone.now() for each in (Endpoint.objects.all()))


def test_gone_switches_it_off_and_tells_the_pro(endpoint, receiver, pro, work_tasks, mailoutbox):
    receiver.answer = lambda event: (410, {}, b"")
    register(pro, "jane")
    work_tasks()
    endpoint.refresh_from_db()
    pro.refresh_from_db()
    assert (endpoint.is_enabled, endpoint.problem, pro.event_types) == (False, "gone", "")
    assert states(endpoint) == [("failed", 1, 410, "")]
    [mail] = mailoutbox
    assert (mail.to, mail.subject) == ([pro.email], f"The webhook {endpoint.host} is switched off")
    assert f"/settings/webhooks/{endpoint.pk}" in mail.body


def test_after_days_of_failures_it_is_switched_off(endpoint, receiver, pro, work_tasks, mailoutbox, later):
    receiver.answer = lambda event: (500, {}, b"")
    register(pro, "jane")
    work_tasks()
    Endpoint.objects.update(failing_since=timezone.now() - 5 * DAY)
    later()
    wake_endpoints()
    work_tasks()
    endpoint.refresh_from_db()
    assert (endpoint.is_enabled, endpoint.problem, len(mailoutbox)) == (False, "failing", 1)
    receiver.answer = lambda event: OK
    change_endpoint(endpoint, {"is_enabled": True}, by=None)
    later()
    send_events.func(str(endpoint.pk))
    assert (endpoint.problem, states(endpoint)) == ("", [("delivered", 3, 204, "")])


def test_after_three_days_it_is_given_up_and_the_next_one_goes(endpoint, receiver, pro, work_tasks, later):
    receiver.answer = lambda event: (500, {}, b"") if event["type"] == "contact.created" else OK
    register(pro, "jane").change({"name": "jane2"}, by=None)
    work_tasks()
    Dispatch.objects.filter(event__type="contact.created").update(began_at=timezone.now() - 3 * DAY)
    later()
    send_events.func(str(endpoint.pk))
    assert states(endpoint) == [("failed", 2, 500, ""), ("delivered", 1, 204, "")]


def test_the_waits_grow(case):
    age, ages = timedelta(), []
    while age < 72 * HOUR:
        age += next_wait(age)
        ages.append(age)
    assert [each.total_seconds() for each in ages[:4]] == [10, 30, 90, 270]
    assert (len(ages), next_wait(age)) == (14, 12 * HOUR)
    assert [pause_after(count).total_seconds() for count in (1, 5, 6, 9, 99)] == [30, 30, 60, 480, 3600]


def test_what_waits_is_woken(endpoint, receiver, pro, work_tasks, later):
    receiver.answer = lambda event: (500, {}, b"")
    register(pro, "jane")
    work_tasks()
    receiver.answer = lambda event: OK
    Dispatch.objects.update(next_at=timezone.now() + HOUR)
    wake_endpoints()
    work_tasks()
    assert receiver.accepted == []
    later()
    Endpoint.objects.update(held_until=timezone.now() + HOUR)
    wake_endpoints()
    work_tasks()
    assert receiver.accepted == []
    Endpoint.objects.update(held_until=timezone.now())
    wake_endpoints()
    work_tasks()
    assert names(receiver) == [("contact.created", "jane")]


def test_a_test_event_and_one_more_time(endpoint, receiver, pro, work_tasks):
    other = create_endpoint(pro, {"url": f"{receiver.url}/2", "types": ["contact.created"]}, by=None)
    dispatch = send_test(endpoint)
    work_tasks()
    send_again(dispatch, by=None)
    work_tasks()
    assert [(call.path, call.type) for call in receiver.calls] == [("/hook", "webhook.test")] * 2
    assert (states(endpoint), states(other)) == ([("delivered", 2, 204, "")], [])


def test_old_events_go(endpoint, receiver, pro, work_tasks):
    register(pro, "jane")
    work_tasks()
    register(pro, "paul")
    Event.objects.update(created_at=timezone.now() - 31 * DAY)
    prune_events()
    assert [event.key for event in Event.objects.all()] == [f"contact:{Contact.objects.get(name='paul').pk}"]
    Dispatch.objects.update(began_at=timezone.now() - 4 * DAY)
    expire_dispatches()
    assert states(endpoint) == [("waiting", 0, None, "")]
    change_endpoint(endpoint, {"is_enabled": False}, by=None)
    expire_dispatches()
    assert states(endpoint) == [("failed", 0, None, "expired")]
    Endpoint.objects.update(deleted_at=timezone.now() - 2 * DAY)
    prune_events()
    assert (Event.objects.count(), Dispatch.objects.count(), Endpoint.objects.count()) == (0, 0, 0)
