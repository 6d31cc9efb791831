"""Transitions of an offer and their effects."""

import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from inquiries.models import Inquiry, InvalidOfferTransitionError, Offer, StaleOfferError
from inquiries.offers.lifecycle import answer_offer, expire_offers, open_offer, send_offer

TODAY = timezone.now().date()
FIELDS = {
    "title": "Roof",
    "text": "",
    "amount": Decimal("10.00"),
    "currency": "EUR",
    "valid_until": TODAY + timedelta(days=5),
}


def stored(offer):
    return Offer.objects.values().get(pk=offer.pk)


def jobs():
    return [row.task_path.rpartition(".")[2] for row in DBTaskResult.objects.order_by("enqueued_at")]


def at(monkeypatch, moment):
    monkeypatch.setattr(timezone, "now", lambda: moment)


def test_a_draft_knows_who_made_it(customer, user):
    offer = Offer.objects.create_draft(customer, by=user, **FIELDS)
    row = stored(offer)
    for name in ("id", "key", "created_at", "updated_at"):
        assert row.pop(name)
    assert row == {
        **FIELDS,
        "inquiry_id": customer.pk,
        "form_id": None,
        "status": "draft",
        "made_by_id": user.pk,
        "made_by_name": "Olive Owner",
        "sent_at": None,
        "mailed_at": None,
        "mail_error": "",
        "mail_failed_at": None,
        "viewed_at": None,
        "answered_at": None,
        "answer_mailed_at": None,
    }
    assert (len(offer.key), jobs(), Inquiry.objects.get().responded_at) == (43, [], None)


def test_the_same_form_sent_twice_is_one_draft(customer, user):
    id = uuid.uuid4()
    first = Offer.objects.create_draft(customer, by=user, id=id, **FIELDS)
    assert Offer.objects.create_draft(customer, by=user, id=id, **FIELDS) == first
    assert Offer.objects.create_draft(customer, by=user, id=id, **{**FIELDS, "title": "Another"}) != first
    assert Offer.objects.count() == 2


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "x" * 256),
        ("text", "x" * 10_001),
        ("amount", Decimal("-0.01")),
        ("amount", Decimal("10000000000")),
        ("amount", Decimal("1.001")),
        ("currency", "XXX"),
        ("valid_until", date(2020, 1, 1)),
    ],
)
def test_an_invalid_offer_is_refused_by_field(customer, draft, user, field, value):
    before = stored(draft)
    with pytest.raises(ValidationError) as error:
        Offer.objects.create_draft(customer, by=user, **{**FIELDS, field: value})
    assert list(error.value.message_dict) == [field]
    with pytest.raises(ValidationError):
        draft.edit_draft(**{field: value})
    assert (stored(draft), Offer.objects.count()) == (before, 1)


def test_only_its_pro_finds_it(draft, pro, other_user):
    assert list(Offer.objects.for_pro(pro)) == [draft]
    assert list(Offer.objects.for_pro(other_user.pro)) == []


def test_a_draft_is_changed(draft):
    draft.edit_draft(title="Other", amount=Decimal("5"), expected=draft.updated_at)
    row = stored(draft)
    assert (row["title"], row["amount"], row["text"]) == ("Other", Decimal("5.00"), "Oak.\nFitted.")


def test_a_conflicting_edit_of_a_draft_is_shown(draft):
    seen = draft.updated_at
    Offer.objects.get().edit_draft(title="Theirs", expected=seen)
    with pytest.raises(StaleOfferError):
        draft.edit_draft(title="Mine", expected=seen)
    assert (draft.title, stored(draft)["title"]) == ("Theirs", "Theirs")
    draft.edit_draft(title="Theirs", expected=seen)
    draft.edit_draft(title="Mine", expected=draft.updated_at)
    assert stored(draft)["title"] == "Mine"


def test_sending_enqueues_the_mail_and_answers_the_inquiry(draft):
    assert send_offer(draft, expected=draft.updated_at) is True
    row, inquiry = stored(draft), Inquiry.objects.get()
    assert (row["status"], jobs()) == ("sent", ["mail_offer"])
    assert row["sent_at"] <= inquiry.responded_at <= timezone.now()


def test_sending_twice_changes_nothing(sent):
    before = stored(sent)
    assert send_offer(sent, expected=datetime(2020, 1, 1, tzinfo=UTC)) is False
    assert (stored(sent), jobs()) == (before, ["mail_offer"])


def test_the_first_response_counts(draft):
    first = datetime(2026, 1, 1, tzinfo=UTC)
    Inquiry.objects.update(responded_at=first)
    send_offer(draft)
    assert Inquiry.objects.get().responded_at == first


@pytest.mark.parametrize("email", [None, "", "no-reply@example.org", "bounces@example.org"])
def test_without_an_address_that_somebody_reads_nothing_is_sent(draft, email):
    Inquiry.objects.update(person={"email": email} if email is not None else {})
    with pytest.raises(ValidationError, match="no e-mail address"):
        send_offer(draft)
    assert (stored(draft)["status"], jobs(), Inquiry.objects.get().responded_at) == ("draft", [], None)


def test_a_draft_whose_time_is_over_is_not_sent(draft):
    Offer.objects.update(valid_until=date(2020, 1, 1))
    with pytest.raises(ValidationError, match="This date is in the past"):
        send_offer(draft)
    assert jobs() == []


def test_a_draft_changed_since_the_preview_is_not_sent(draft):
    seen = draft.updated_at
    draft.edit_draft(title="Other")
    with pytest.raises(StaleOfferError):
        send_offer(draft, expected=seen)
    assert jobs() == []


def test_a_sent_offer_is_fixed(sent):
    before = stored(sent)
    with pytest.raises(InvalidOfferTransitionError):
        sent.edit_draft(title="Other")
    with pytest.raises(InvalidOfferTransitionError):
        sent.discard()
    assert stored(sent) == before


def test_a_draft_is_discarded(draft):
    draft.discard()
    assert Offer.objects.count() == 0
    with pytest.raises(Offer.DoesNotExist):
        Offer(pk=1).discard()


def test_the_first_view_counts(sent):
    open_offer(sent)
    row = stored(sent)
    assert (row["status"], row["viewed_at"] is not None) == ("viewed", True)
    open_offer(Offer.objects.get())
    assert stored(sent) == row
    with pytest.raises(InvalidOfferTransitionError):
        send_offer(sent)


@pytest.mark.parametrize(("status", "other"), [("accepted", "declined"), ("declined", "accepted")])
@pytest.mark.parametrize("is_viewed", [True, False])
def test_the_customer_answers_once(sent, inquiry_type, status, other, is_viewed):
    if is_viewed:
        open_offer(sent)
    assert answer_offer(sent, status) is True
    row = stored(sent)
    assert (row["status"], jobs()[1:]) == (status, ["mail_offer_answer"])
    assert row["answered_at"] is not None
    assert answer_offer(sent, status) is False
    with pytest.raises(InvalidOfferTransitionError):
        answer_offer(sent, other)
    open_offer(sent)
    assert (stored(sent), len(jobs())) == (row, 2)


def test_an_answer_leaves_the_pipeline_to_the_pro(sent):
    answer_offer(sent, Offer.Status.ACCEPTED)
    assert Inquiry.objects.get().pipeline_status == "submitted"
    assert Inquiry.objects.get().history.count() == 1


def test_a_draft_is_not_answered(draft):
    with pytest.raises(InvalidOfferTransitionError, match="from draft to accepted"):
        answer_offer(draft, Offer.Status.ACCEPTED)
    open_offer(draft)
    assert stored(draft)["status"] == "draft"


@pytest.mark.parametrize(
    ("moment", "is_over"),
    [
        # In Auckland the 10th of June ends at noon of the 10th, UTC.
        (datetime(2026, 6, 10, 11, 59, tzinfo=UTC), False),
        (datetime(2026, 6, 10, 12, 1, tzinfo=UTC), True),
    ],
)
def test_the_last_day_counts_where_the_pro_is(sent, pro, monkeypatch, moment, is_over):
    pro.time_zone = "Pacific/Auckland"
    pro.save()
    Offer.objects.update(valid_until=date(2026, 6, 10))
    at(monkeypatch, moment)
    offer = Offer.objects.get()
    assert offer.current_status == ("expired" if is_over else "sent")
    expire_offers()
    assert stored(offer)["status"] == ("expired" if is_over else "sent")
    Offer.objects.update(status="sent")
    if is_over:
        with pytest.raises(InvalidOfferTransitionError, match="from expired to accepted"):
            answer_offer(offer, Offer.Status.ACCEPTED)
    else:
        assert answer_offer(offer, Offer.Status.ACCEPTED) is True


@pytest.mark.parametrize("status", ["draft", "accepted", "declined"])
def test_only_open_offers_expire(sent, status):
    Offer.objects.update(status=status, valid_until=TODAY - timedelta(days=9))
    expire_offers()
    assert stored(sent)["status"] == status


def test_without_a_last_day_it_never_expires(sent):
    Offer.objects.update(valid_until=None)
    expire_offers()
    assert stored(sent)["status"] == "sent"


@pytest.mark.django_db(transaction=True)
def test_of_two_answers_at_once_one_wins(sent, at_once):
    def answer(number):
        try:
            return answer_offer(Offer.objects.get(pk=sent.pk), ["accepted", "declined"][number % 2])
        except InvalidOfferTransitionError:
            return None

    answers = at_once(8, answer)
    assert answers.count(True) == 1
    assert jobs().count("mail_offer_answer") == 1


@pytest.mark.django_db(transaction=True)
def test_a_form_sent_eight_times_at_once_is_one_draft_and_one_mail(customer, user, at_once):
    id = uuid.uuid4()

    def work(_number):
        offer = Offer.objects.create_draft(customer, by=user, id=id, **FIELDS)
        return send_offer(offer)

    assert at_once(8, work).count(True) == 1
    assert (Offer.objects.count(), jobs()) == (1, ["mail_offer"])


@pytest.mark.parametrize(("language", "written"), [("nl", "nl"), ("fr", "fr"), ("de", "en"), ("", "en")])
def test_the_customer_is_written_to_in_a_language_that_the_product_speaks(draft, language, written):
    Inquiry.objects.update(person={"language": language})
    assert Offer.objects.get().language == written
