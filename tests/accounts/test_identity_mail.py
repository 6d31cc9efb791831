"""The review of an identity document reaches the Pro by mail."""

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
    return IdentityDocument.objects.submit(pro, SimpleUploadedFile("cni.pdf", b"%PDF-1.7\n%%EOF\n"), by=user)


def sent():
    return [(message.to, message.subject, message.body) for message in mail.outbox]


def test_an_approval_is_mailed(document, staff, work_tasks):
    identity_review.approve(document, by=staff)
    work_tasks()
    body = "Thank you. Your inbox is open: http://testserver/\n"
    assert sent() == [(["port@example.com"], "Your identity is verified", body)]


def test_a_rejection_is_mailed_with_its_reason(document, staff, work_tasks):
    identity_review.reject(document, "The photo is <too> dark.", by=staff)
    work_tasks()
    body = (
        "We could not accept your document, because:\n\nThe photo is <too> dark.\n\n"
        "Please send another one: http://testserver/settings/identity\n"
    )
    assert sent() == [(["port@example.com"], "Your identity document was not accepted", body)]


@pytest.mark.parametrize(
    ("reason", "error"),
    [
        (" ", "Enter a reason, so that the pro knows what to send instead."),
        ("x" * 501, "Use at most 500 characters."),
    ],
)
def test_a_rejection_without_a_valid_reason_is_refused(document, staff, work_tasks, reason, error):
    with pytest.raises(ValidationError, match=error):
        identity_review.reject(document, reason, by=staff)
    document.refresh_from_db()
    work_tasks()
    assert (document.state, sent()) == ("pending", [])


def test_a_second_decision_is_refused_and_not_mailed(document, staff, work_tasks):
    identity_review.approve(document, by=staff)
    with pytest.raises(ValidationError, match="no longer waiting for review"):
        identity_review.reject(document, "No.", by=staff)
    work_tasks()
    assert [subject for _to, subject, _body in sent()] == ["Your identity is verified"]
