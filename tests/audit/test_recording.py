"""Recording: ids and kinds, once where it is joined, and never a word that somebody typed."""

import pytest
from django.db import transaction

from config.accounts.models import ApiToken
from config.audit.kinds import Kind
from config.audit.models import AuditEvent
from config.audit.recording import forget_recorded, record_event, record_view
from config.web.aside import write_waiting
from config.web.logs import request_id

from ..factories import ContactFactory

pytestmark = pytest.mark.django_db
FIELDS = ["pro_id", "kind", "by_user_id", "by_token_id", "about_kind", "about_id", "detail", "request_id"]


def recorded():
    return list(AuditEvent.objects.order_by("pk").values_list(*FIELDS))


@pytest.fixture
def contact(pro):
    return ContactFactory(pro=pro)


def test_an_event_is_ids_and_kinds(pro, user, contact):
    token = ApiToken.objects.issue(pro, "Portal", ["contacts:read"])[0]
    before = len(recorded())
    request_id.set("0123456789abcdef")
    record_event(Kind.EXPORTED, pro=pro, by=user, detail="csv")
    record_event(Kind.ERASED, contact, user, pro=pro.pk, by=token)
    request_id.set("-")
    record_event(Kind.SIGN_IN_FAILED, pro=None)
    assert recorded()[before:] == [
        (pro.pk, "exported", user.pk, None, "", "", "csv", "0123456789abcdef"),
        (pro.pk, "erased", None, token.pk, "contacts.contact", str(contact.pk), "", "0123456789abcdef"),
        (pro.pk, "erased", None, token.pk, "accounts.user", str(user.pk), "", "0123456789abcdef"),
        (None, "sign_in_failed", None, None, "", "", "", ""),
    ]


@pytest.mark.parametrize("word", ["Jan", "jan@example.com", "a b", "é", "a\0b", "x" * 81])
def test_typed_words_are_refused(pro, word):
    with pytest.raises(ValueError, match="is a word of the program's"):
        record_event(Kind.SETTINGS_CHANGED, pro=pro, detail=word)
    with pytest.raises(ValueError, match="is not a valid Kind"):
        record_event(word, pro=pro)
    assert recorded() == []


def test_what_is_rolled_back_is_not_recorded(pro):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record_event(Kind.EXPORTED, pro=pro)
        1 / 0  # noqa: B018
    assert recorded() == []


def test_a_view_is_recorded_once_an_hour(pro, user, contact, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr("config.audit.recording.time.time", lambda: 3600.0 * 10)
    with django_assert_num_queries(0):
        record_view(contact, by=user)
    with django_assert_num_queries(1):
        write_waiting()
    with django_assert_num_queries(0):
        record_view(contact, by=user)
        write_waiting()
    # Another process, which does not remember it.
    forget_recorded()
    record_view(contact, by=user)
    write_waiting()
    expected = [(pro.pk, "contact_viewed", user.pk, None, "contacts.contact", str(contact.pk), "", "")]
    assert recorded() == expected
    monkeypatch.setattr("config.audit.recording.time.time", lambda: 3600.0 * 11)
    record_view(contact, by=user)
    write_waiting()
    assert recorded() == expected * 2
