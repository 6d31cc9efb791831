"""What staff decide about an identity document reaches the Pro by mail."""

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from config.accounts import identity_review
from config.accounts.models import IdentityDocument


@pytest.fixture
def document(pro, user):
    pro.cni_required = True
    pro.save()
    return IdentityDocument.objects.submit(pro, SimpleUploadedFile("cni.pdf", b"%PDF-1.7"), by=user)


def sent():
    return [(message.to, message.subject, message.body) for message in mail.outbox]


def test_approval_is_told(document, staff, work_tasks):
    identity_review.approve(document, by=staff)
    work_tasks()
    body = "Thank you. Your inbox is open: http://testserver/\n"
    assert sent() == [(["port@example.com"], "Your identity is verified", body)]


def test_rejection_is_told_with_its_reason(document, staff, work_tasks):
    identity_review.reject(document, "The photo is <too> dark.", by=staff)
    work_tasks()
    body = (
        "We could not accept your document, because:\n\nThe photo is <too> dark.\n\n"
        "Please send another one: http://testserver/settings/identity\n"
    )
    assert sent() == [(["port@example.com"], "Your identity document was not accepted", body)]


def test_a_second_decision_is_refused_and_tells_nobody(document, staff, work_tasks):
    identity_review.approve(document, by=staff)
    with pytest.raises(ValidationError):
        identity_review.reject(document, "No.", by=staff)
    work_tasks()
    assert len(mail.outbox) == 1
