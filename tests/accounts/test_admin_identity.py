"""The identity check in the staff admin: documents are approved, rejected, downloaded and deleted."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from config.accounts import identity_review
from config.accounts.models import IdentityDocument

from ..admin_site import listed, page, shown, staff_client
from ..factories import ProFactory
from ..pages import Page
from .rows import PDF, submit_document


def review(client: Client, document: IdentityDocument, decision: str, **data: str) -> Any:
    return client.post(page(document, decision), data, follow=True)


def state_of(document: IdentityDocument) -> tuple[Any, ...]:
    row = IdentityDocument.objects.select_related("pro").get(pk=document.pk)
    return row.state, row.reason, row.reviewed_by, row.pro.is_gated


def test_a_document_is_approved(staff_browser, staff, gated):
    document = submit_document(gated)
    response = review(staff_browser, document, "approve")
    assert (shown(response), state_of(document)) == (["Approved."], ("approved", "", staff, False))
    assert [entry.get_change_message() for entry in LogEntry.objects.all()] == ["Changed state."]
    assert Page(response).values("#content-main form", "id") == ["identitydocument_form"]


def test_a_document_is_rejected_with_a_reason(staff_browser, staff, gated):
    document = submit_document(gated)
    response = review(staff_browser, document, "reject", reason=" It cannot be read. ")
    assert shown(response) == ["Rejected. The pro sees the reason."]
    assert state_of(document) == ("rejected", "It cannot be read.", staff, True)


@pytest.mark.parametrize(
    ("reason", "error"),
    [
        ("", "This field is required."),
        ("  ", "This field is required."),
        ("a\0b", "Null characters are not allowed."),
        ("x" * 501, "Ensure this value has at most 500 characters (it has 501)."),
    ],
)
def test_a_rejection_needs_a_valid_reason(staff_browser, gated, reason, error):
    document = submit_document(gated)
    assert shown(review(staff_browser, document, "reject", reason=reason)) == [error]
    assert state_of(document) == ("pending", "", None, True)


def test_a_document_is_reviewed_once(staff_browser, staff, gated):
    document = submit_document(gated)
    identity_review.approve(document, by=staff)
    refusal = ["This document is no longer waiting for review."]
    assert shown(review(staff_browser, document, "reject", reason="No.")) == refusal
    assert shown(review(staff_browser, document, "approve")) == refusal
    assert state_of(document) == ("approved", "", staff, False)


def test_a_review_is_a_post_with_its_csrf_token(staff_browser, staff, gated):
    document = submit_document(gated)
    for decision in ("approve", "reject"):
        response = staff_browser.get(page(document, decision))
        assert (response.status_code, response.headers["Allow"]) == (405, "POST")
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(staff, backend="config.accounts.backends.EmailBackend")
    assert Page(strict.post(page(document, "approve")), 403).one("h1").text == "Please send that again"
    assert state_of(document) == ("pending", "", None, True)


def test_the_page_of_a_pending_document_has_both_forms(staff_browser, gated):
    document = submit_document(gated)
    change = Page(staff_browser.get(page(document, "change")))
    for decision in ("approve", "reject"):
        form = change.form(f"#{decision}")
        assert (form.action, form.method) == (page(document, decision), "post")
    assert change.one(f'a[href="{page(document, "file")}"]').text == "Download the document"
    assert not change.one("#identitydocument_form").has("[name=_save]")


def test_a_documents_fields_are_not_edited(staff_browser, gated):
    document = submit_document(gated)
    staff_browser.post(page(document, "change"), {"state": "approved", "pro": "", "_save": "Save"})
    assert state_of(document) == ("pending", "", None, True)


def test_pending_documents_come_first(staff_browser, staff):
    pending, approved = submit_document(ProFactory(), "pending.pdf"), submit_document(ProFactory(), "approved.pdf")
    identity_review.approve(approved, by=staff)
    assert listed(staff_browser, IdentityDocument) == [pending, approved]
    assert listed(staff_browser, IdentityDocument, state__exact="approved") == [approved]


def test_a_documents_file_is_a_sandboxed_download(staff_browser, gated):
    response = staff_browser.get(page(submit_document(gated, "my card.pdf"), "file"))
    assert (response.status_code, b"".join(response.streaming_content)) == (200, PDF)
    names = ["Content-Type", "Content-Disposition", "X-Content-Type-Options", "Content-Security-Policy"]
    assert [response.headers[name] for name in names] == [
        "application/pdf",
        'attachment; filename="my card.pdf"',
        "nosniff",
        "sandbox; default-src 'none'; frame-ancestors 'none'",
    ]


def test_a_missing_file_is_404(staff_browser, gated):
    document = submit_document(gated)
    document.file.storage.delete(document.file.name)
    assert Page(staff_browser.get(page(document, "file")), 404).one("h1").text == "There is nothing here"


def answers(client: Client, document: IdentityDocument) -> list[int]:
    """The statuses of a download, an approval and a rejection."""
    file = client.get(page(document, "file")).status_code
    return [file, *(client.post(page(document, d), {"reason": "No."}).status_code for d in ("approve", "reject"))]


def test_permissions_to_review_and_download(pro, other_pro):
    own, foreign = submit_document(pro), submit_document(other_pro)
    assert answers(staff_client(), own) == [403, 403, 403]
    assert answers(staff_client("view_identitydocument"), own) == [200, 403, 403]
    bound = staff_client("all", pro=pro)
    # Bound staff would lift the gate of their own Pro.
    assert answers(bound, own) == [200, 403, 403]
    assert answers(bound, foreign) == [404, 404, 404]
    assert answers(Client(), own) == [302, 302, 302]
    assert (state_of(own)[0], state_of(foreign)[0]) == ("pending", "pending")
    assert answers(staff_client("change_identitydocument"), foreign) == [200, 302, 302]
    assert state_of(foreign)[0] == "approved"


def test_nobody_adds_a_document(pro):
    response = staff_client(is_superuser=True).get(page(IdentityDocument, "add"))
    assert Page(response, 403).one("h1").text == "That is not open to you"


@pytest.mark.parametrize("surface", ["page", "list"])
def test_a_deleted_document_leaves_no_file(staff_browser, gated, surface, django_capture_on_commit_callbacks):
    document = submit_document(gated)
    data = {"post": "yes", "action": "delete_selected", "_selected_action": document.pk}
    path = page(document, "delete") if surface == "page" else page(IdentityDocument, "changelist")
    with django_capture_on_commit_callbacks(execute=True):
        assert staff_browser.post(path, data)["Location"] == page(IdentityDocument, "changelist")
    assert not IdentityDocument.objects.exists()
    assert not document.file.storage.exists(document.file.name)
