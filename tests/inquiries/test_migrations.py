"""The shipped types."""

import pytest

from inquiries.models import AllowedMove, InquiryType
from inquiries.models.inquiry_type import check_steps


def types():
    rows = InquiryType.objects.filter(is_active=True)
    return list(rows.values_list("name", "slug", "icon", "icon_type", "color", "description", "sort_order"))


def steps(slug):
    return list(InquiryType.objects.get(slug=slug).steps.values_list("key", flat=True))


def moves(slug):
    moves = AllowedMove.objects.filter(from_step__inquiry_type__slug=slug, to_step__inquiry_type__slug=slug)
    return set(moves.values_list("from_step__key", "to_step__key"))


def test_three_types_are_shipped(db):
    assert types() == [
        (
            "Question",
            "question",
            "❓",
            "emoji",
            "#3B82F6",
            "General questions or inquiries about services or products",
            1,
        ),
        (
            "Call-back Request",
            "callback_request",
            "📞",
            "emoji",
            "#10B981",
            "Request for a phone call from our team",
            2,
        ),
        ("Offer Request", "offer_request", "📄", "emoji", "#F59E0B", "Request for a priced offer", 3),
    ]
    assert list(InquiryType.objects.get(slug="question").steps.values()) == [
        step(1, "submitted", "Submitted", "Inquiry received and queued for review.", "#6B7280", "open"),
        step(2, "in_review", "In Review", "A team member is reviewing the inquiry.", "#3B82F6", "in_progress"),
        step(3, "answered", "Answered", "A response has been sent to the customer.", "#10B981", "resolved"),
        step(4, "closed", "Closed", "Inquiry fully handled and archived.", "#059669", "closed"),
    ]
    assert moves("question") == set()
    assert steps("callback_request") == ["submitted", "call_planned", "called", "closed"]
    assert moves("callback_request") == {("submitted", "called"), ("called", "call_planned")}
    assert steps("offer_request") == [
        "submitted",
        "offer_created",
        "offer_sent",
        "offer_viewed",
        "in_negotiation",
        "offer_revised",
        "offer_accepted",
        "contract_prepared",
        "contract_sent",
        "contract_signed",
        "scheduled",
        "work_started",
        "delivered",
        "closed",
    ]
    assert moves("offer_request") == {
        ("offer_viewed", "offer_accepted"),
        ("in_negotiation", "offer_accepted"),
        ("offer_revised", "offer_sent"),
    }


def step(place, key, label, description, color, case_status):
    row = InquiryType.objects.get(slug="question").steps.get(key=key)
    return {
        "id": row.pk,
        "inquiry_type_id": row.inquiry_type_id,
        "key": key,
        "label": label,
        "description": description,
        "color": color,
        "sort_order": place,
        "is_initial": place == 1,
        "is_terminal": place == 4,
        "maps_to_case_status": case_status,
    }


def test_shipped_pipelines_are_valid(db):
    assert AllowedMove.objects.count() == 5
    for inquiry_type in InquiryType.objects.all():
        inquiry_type.full_clean()
        check_steps(inquiry_type.steps.all())
        for row in (*inquiry_type.steps.all(), *AllowedMove.objects.filter(from_step__inquiry_type=inquiry_type)):
            row.full_clean()
        assert (
            not inquiry_type.steps.filter(description="").exists()
            and not inquiry_type.steps.filter(maps_to_case_status="").exists()
        )


@pytest.mark.released_migration
def test_a_type_that_stands_already_stays_as_it_is(migrate):
    before = migrate("inquiries", "0001_initial")
    before.get_model("inquiries", "InquiryType").objects.create(slug="question", name="Ours", sort_order=9)
    migrate("inquiries", "0002_shipped_types")
    assert [(row[1], row[0], row[-1]) for row in types()] == [
        ("callback_request", "Call-back Request", 2),
        ("offer_request", "Offer Request", 3),
        ("question", "Ours", 9),
    ]
    assert steps("question") == []
