"""Each thing that is done is recorded once, with who did it and about what."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from config.accounts.models import ApiToken, IdentityDocument
from config.audit.kinds import Kind
from config.audit.models import AuditEvent
from contact_requests.receiving import release
from contacts.models import ChannelConnection
from inquiries.attachments import attach
from inquiries.customers.readings import record_reading

from ..factories import ContactFactory, InquiryFactory, RequestFactory, UserFactory
from ..sample_files import PDF

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


@pytest.fixture
def recorded(pro):
    """The events since the last call: (kind, by, about, detail), `by` and `about` as model and id."""
    seen = set()

    def read():
        new = [event for event in AuditEvent.objects.order_by("pk") if event.pk not in seen]
        seen.update(event.pk for event in new)
        return [
            (
                event.kind,
                ("user", event.by_user_id) if event.by_user_id else event.by_token_id and ("token", event.by_token_id),
                f"{event.about_kind} {event.about_id}".strip(),
                event.detail,
                event.pro_id,
            )
            for event in new
        ]

    return read


def sign_in(client, email, password=PASSWORD):
    return client.post("/sign-in", {"username": email, "password": password})


def test_signing_in_and_out(nobody, user, pro, recorded):
    user.set_password(PASSWORD)
    user.save()
    me, row = ("user", user.pk), f"accounts.user {user.pk}"
    sign_in(nobody, "Owner@Example.com", "wrong")
    sign_in(nobody, "nobody@example.com", "wrong")
    assert recorded() == [("sign_in_failed", None, row, "", pro.pk), ("sign_in_failed", None, "", "", None)]
    sign_in(nobody, user.email)
    assert recorded() == [("signed_in", me, row, "", pro.pk)]
    nobody.post("/sign-out")
    assert recorded() == [("signed_out", me, row, "", pro.pk)]
    nobody.post("/sign-out")
    assert recorded() == []


def test_the_door_of_the_admin(staff_browser, staff, recorded):
    staff_browser.post("/admin/logout/")
    assert recorded() == [("signed_out", ("user", staff.pk), f"accounts.user {staff.pk}", "", None)]


def test_sessions_and_passwords(browser, nobody, user, pro, recorded):
    user.set_password(PASSWORD)
    user.save()
    me, row = ("user", user.pk), f"accounts.user {user.pk}"
    sign_in(nobody, user.email)
    sign_in(browser, user.email)
    recorded()
    browser.post("/settings/sessions/end")
    assert recorded() == [("session_ended", me, row, "1", pro.pk)]
    new = {"old_password": PASSWORD, "new_password1": PASSWORD * 2, "new_password2": PASSWORD * 2}
    browser.post("/settings/password", {**new, "old_password": "wrong"})
    assert recorded() == [("sign_in_failed", me, row, "password_again", pro.pk)]
    browser.post("/settings/password", new)
    assert recorded() == [("password_changed", me, row, "own", pro.pk)]


def test_settings(browser, user, pro, recorded):
    form = {"person": "1", "person-name": "Olive Owner", "person-language": "fr", "person-undo_seconds": "10"}
    browser.post("/settings/profile", form)
    browser.post("/settings/signature", {"fr": "Words of Olive"})
    assert recorded() == [
        ("settings_changed", ("user", user.pk), f"accounts.user {user.pk}", "language", pro.pk),
        ("settings_changed", ("user", user.pk), f"accounts.user {user.pk}", "signature", pro.pk),
    ]


def test_tokens(browser, user, pro, recorded):
    browser.post("/settings/tokens", {"name": "Portal", "scopes": ["contacts:read"]})
    token = ApiToken.objects.get()
    me, row = ("user", user.pk), f"accounts.apitoken {token.pk}"
    assert recorded() == [("token_made", me, row, "", pro.pk)]
    browser.post(f"/settings/tokens/{token.pk}/take-over")
    assert recorded() == [("token_handed_over", me, row, "", pro.pk)]
    for _twice in range(2):
        browser.post(f"/settings/tokens/{token.pk}/revoke")
    assert recorded() == [("token_revoked", me, row, "", pro.pk)]


def test_channels(browser, user, pro, recorded):
    fields = {"address": "desk@example.com", "provider": "mailgun", "secret": "s3cret", "is_active": "on"}
    for _twice in range(2):
        browser.post("/settings/channels/email", fields)
    browser.post("/settings/channels/email/disconnect")
    row = f"contacts.channelconnection {ChannelConnection.objects.get().pk}"
    kinds = ["channel_connected", "channel_changed", "channel_disconnected"]
    assert recorded() == [(kind, ("user", user.pk), row, "mailgun", pro.pk) for kind in kinds]


def test_contacts(browser, api, user, pro, recorded):
    contact = ContactFactory(pro=pro)
    token = ApiToken.objects.get()
    recorded()
    row = f"contacts.contact {contact.pk}"
    for _twice in range(2):
        browser.get(f"/contacts/{contact.pk}")
        browser.get(reverse("waiting:person", args=[contact.pk]))
        api.get(f"/api/v1/contacts/{contact.pk}")
    assert recorded() == [
        ("contact_viewed", ("user", user.pk), row, "", pro.pk),
        ("contact_viewed", ("token", token.pk), row, "", pro.pk),
    ]
    thread = {"HX-Request": "true", "HX-Target": "thread"}
    other = ContactFactory(pro=pro)
    browser.get(f"/contacts/{other.pk}", headers=thread)
    browser.get("/contacts")
    assert recorded() == []


def test_the_page_of_an_inquiry_shows_its_contact(browser, user, pro, shipped, recorded):
    contact = ContactFactory(pro=pro)
    for one in (contact, None):
        inquiry = InquiryFactory(pro=pro, inquiry_type=shipped["question"], contact=one)
        for more in ({}, {}, {"HX-Request": "true", "HX-Target": "thread"}):
            browser.get(f"/inquiries/{inquiry.pk}", headers=more)
    assert recorded() == [("contact_viewed", ("user", user.pk), f"contacts.contact {contact.pk}", "", pro.pk)]


def test_a_contact_of_somebody_else_is_not_viewed(browser, other_user, recorded):
    browser.get(f"/contacts/{ContactFactory(pro=other_user.pro).pk}")
    assert recorded() == []


def test_exports(browser, user, pro, recorded):
    contact = ContactFactory(pro=pro)
    for address in ("/contacts/export.csv", "/settings/audit.csv"):
        browser.head(address)
        b"".join(browser.get(address))
    b"".join(browser.post("/contacts/export-chosen.csv", {"contact": [str(contact.pk)]}))
    me = ("user", user.pk)
    assert recorded() == [("exported", me, "", what, pro.pk) for what in ("contacts", "audit", "contacts:chosen")]


def test_downloads(browser, api, user, pro, shipped, recorded):
    token = ApiToken.objects.get()
    inquiry = InquiryFactory(pro=pro, inquiry_type=shipped["question"])
    attachment = attach(inquiry, SimpleUploadedFile("plan.pdf", PDF), "plan.pdf", uploaded_by=1)
    document = IdentityDocument.objects.submit(pro, SimpleUploadedFile("cni.pdf", PDF), by=user)
    recorded()
    page = f"/inquiries/{inquiry.pk}/attachments/{attachment.pk}"
    browser.head(page)
    b"".join(browser.get(page))
    b"".join(api.get(f"/api{page}/download", user_id=inquiry.created_by))
    b"".join(browser.get(f"/settings/identity/{document.pk}/file"))
    assert recorded() == [
        ("downloaded", ("user", user.pk), f"inquiries.attachment {attachment.pk}", "", pro.pk),
        ("downloaded", ("token", token.pk), f"inquiries.attachment {attachment.pk}", "", pro.pk),
        ("downloaded", ("user", user.pk), f"accounts.identitydocument {document.pk}", "", pro.pk),
    ]


def test_releases_and_profiles(user, pro, recorded):
    spam = RequestFactory(property__pro=pro, quarantine_reason="links", quarantined_at=timezone.now(), contact=None)
    for _twice in range(2):
        release(spam, by=user)
        record_reading(pro, 123, by=user)
    kinds = [(kind, by, about.split()[0]) for kind, by, about, _detail, _pro in recorded()]
    assert kinds == [
        ("released", ("user", user.pk), "contact_requests.contactrequest"),
        ("profile_given", ("user", user.pk), "inquiries.profilereading"),
    ]


def test_changes_by_staff(staff_browser, staff, pro, recorded):
    colleague = UserFactory(pro=pro, email="c@example.com")
    row = f"accounts.user {colleague.pk}"
    form = {
        "email": "c@example.com",
        "name": "Words",
        "pro": pro.pk,
        "role": "owner",
        "language": "en",
        "is_active": "on",
    }
    staff_browser.post(f"/admin/accounts/user/{colleague.pk}/change/", form)
    assert recorded() == [("admin_changed", ("user", staff.pk), row, "changed", pro.pk)]
    passwords = {"usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}
    staff_browser.post(f"/admin/accounts/user/{colleague.pk}/password/", passwords)
    assert recorded() == [("password_changed", ("user", staff.pk), row, "staff", pro.pk)]
    staff_browser.post(f"/admin/accounts/user/{colleague.pk}/delete/", {"post": "yes"})
    assert recorded() == [("admin_changed", ("user", staff.pk), row, "deleted", pro.pk)]


def test_no_word_of_anybody_is_in_it(browser, nobody, user, pro, recorded):
    contact = ContactFactory(pro=pro, name="Zyxxy", email="zyxxy@example.com")
    browser.get(f"/contacts/{contact.pk}")
    sign_in(nobody, "zyxxy@example.com", "zyxxy")
    browser.post("/settings/tokens", {"name": "Zyxxy", "scopes": ["contacts:read"]})
    assert len(recorded()) == 3
    assert "zyxxy" not in str(list(AuditEvent.objects.values())).lower()


def test_kinds_have_names():
    assert all(str(kind.label) and len(kind.value) <= 30 for kind in Kind)
