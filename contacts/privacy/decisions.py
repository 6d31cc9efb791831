"""Decisions of a Pro about privacy: words of consent, and how long things are kept."""

from django.db import transaction

from config.accounts.models import Pro, User
from config.audit.kinds import Kind
from config.audit.recording import record_event

from ..models import Consent, Contact, PrivacySettings


def read_decisions(pro: Pro) -> PrivacySettings:
    """The Pro's decisions; an unsaved row without any where nothing was decided."""
    return PrivacySettings.objects.filter(pro=pro).first() or PrivacySettings(pro=pro)


def decide(pro: Pro, *, consent_words: str, retention: dict[str, int], by: User) -> PrivacySettings:
    """Store the decisions; other words of consent are another version."""
    with transaction.atomic():
        PrivacySettings.objects.get_or_create(pro=pro)
        row = PrivacySettings.objects.select_for_update(of=("self",)).get(pro=pro)
        if row.consent_words != consent_words:
            row.consent_words, row.consent_version = consent_words, row.consent_version + 1
        row.retention = {key: months for key, months in retention.items() if months}
        row.save()
        record_event(Kind.SETTINGS_CHANGED, pro, pro=pro, by=by, detail="privacy")
        return row


def note_consent(contact: Contact, *, words: str, source: str, by: User) -> Consent:
    """Note that a contact may be written to, in which words and where they said so.

    Raises ValidationError, and DoesNotExist when the contact is archived.
    """
    with transaction.atomic():
        contact.lock()
        consent = Consent(contact=contact, words=words.strip(), source=source.strip(), user=by)
        consent.full_clean(exclude=["contact", "user", "withdrawn_at"])
        consent.save()
        return consent
