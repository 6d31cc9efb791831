"""Pipelines of types, and inquiries that stand on them."""

import pytest
from django.core.exceptions import ValidationError

from inquiries.models import Inquiry, InquiryHistory

# The pipeline of the type `inquiry_type`.
AS_IT_WAS = [
    ("submitted", 1, True, False),
    ("in_review", 2, False, False),
    ("answered", 3, False, False),
    ("closed", 4, False, True),
]


def pipeline(inquiry_type):
    return list(inquiry_type.steps.values_list("key", "sort_order", "is_initial", "is_terminal"))


def step(inquiry_type, key):
    return inquiry_type.steps.get(key=key)


def steps_of(inquiry_type):
    """The steps by key, to be edited."""
    return {step.key: step for step in inquiry_type.steps.all()}


def progress(inquiry):
    return Inquiry.objects.values_list("step__key", "status", "responded_at").get(pk=inquiry.pk)


def rows(inquiry):
    """Its history rows after the first one."""
    names = ["from_status", "from_label", "to_status", "to_label", "changed_by", "by_user_id", "by_name", "note"]
    return list(InquiryHistory.objects.filter(inquiry=inquiry).values_list(*names))[1:]


def refused(code, work):
    """Asserts that a change of a pipeline is refused with this code, or with these."""
    with pytest.raises(ValidationError) as caught:
        work()
    assert [error.code for error in caught.value.error_list] == ([code] if isinstance(code, str) else code)
