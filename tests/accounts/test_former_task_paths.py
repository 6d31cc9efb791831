"""Jobs queued under the former path of their task still run."""

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django_tasks_db.models import DBTaskResult

from config.accounts import identity_review
from config.accounts.mails import send_password_reset
from config.accounts.models import IdentityDocument


@pytest.fixture
def document(pro, user):
    return IdentityDocument.objects.submit(pro, SimpleUploadedFile("cni.pdf", b"%PDF-1.7\n%%EOF\n"), by=user)


def test_a_queued_password_reset_is_sent(user, work_tasks):
    send_password_reset.enqueue(user.pk)
    DBTaskResult.objects.update(task_path="config.accounts.tasks.send_password_reset")
    work_tasks()
    assert [(m.to, m.subject) for m in mail.outbox] == [(["owner@example.com"], "Your new Vestibule password")]


def test_a_queued_identity_review_is_sent(document, staff, work_tasks):
    identity_review.approve(document, by=staff)
    DBTaskResult.objects.update(task_path="config.accounts.tasks.send_identity_review")
    work_tasks()
    assert [(m.to, m.subject) for m in mail.outbox] == [(["port@example.com"], "Your identity is verified")]
