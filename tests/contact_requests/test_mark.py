"""ContactRequest.mark: the status with its time and its event."""

import pytest

from config.accounts.models import ApiToken
from contact_requests.models import ContactRequest, InvalidTransitionError

from ..factories import make_token
from .rows import events


def test_the_event_names_who_changed_the_status(pro, user, receive):
    contact_request = receive()
    make_token(pro)
    token = ApiToken.objects.get()
    assert (contact_request.mark("read", by=user), contact_request.mark("replied", by=token)) == (True, True)
    assert events(contact_request) == [("new", "read", user.pk, None), ("read", "replied", None, token.pk)]


def test_a_stale_copy_reads_the_current_row(receive):
    contact_request = receive()
    stale = ContactRequest.objects.get(pk=contact_request.pk)
    contact_request.mark("replied", by=None)
    with pytest.raises(InvalidTransitionError) as raised:
        stale.mark("read", by=None)
    error = raised.value
    assert (error.from_status, error.to_status, error.allowed) == ("replied", "read", [])
    assert events(contact_request) == [("new", "replied", None, None)]


@pytest.mark.parametrize("status", ["", "closed", "new_request", "quarantine"])
def test_an_unknown_status_is_refused(receive, status):
    contact_request = receive()
    before = ContactRequest.objects.values().get()
    with pytest.raises(InvalidTransitionError):
        contact_request.mark(status, by=None)
    assert (ContactRequest.objects.values().get(), events(contact_request)) == (before, [])
