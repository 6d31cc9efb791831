"""Decisions of a Pro about privacy: words of consent, and how long things are kept."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from config.accounts.models import ApiToken, Pro, User
from config.audit.kinds import Kind
from config.audit.recording import record_event
from config.web.compiled import Compiled

from ..models import Consent, Contact, PrivacySettings

# Each form of a visitor asks for them.
_DECISIONS = Compiled["PrivacySettings"](lambda pro_id: PrivacySettings.objects.filter(pro_id=pro_id), keeps_plan=True)


def read_decisions(pro: Pro) -> PrivacySettings:
    """The Pro's decisions; an unsaved row without any where nothing was decided."""
    return _DECISIONS.first(pro.pk) or PrivacySettings(pro=pro)


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


def note_consent(
    contact: Contact, *, words: str, source: str, by: User | ApiToken, given_at: datetime | None = None
) -> Consent:
    """Note that a contact may be written to: in which words, where they said so and when, by default now.

    Raises ValidationError, and DoesNotExist when the contact is archived.
    """
    now = timezone.now()
    if given_at and given_at > now:
        raise ValidationError({"given_at": _("This time has not come yet.")})
    with transaction.atomic():
        contact.lock()
        consent = Consent(contact=contact, words=words.strip(), source=source.strip(), given_at=given_at or now)
        consent.user = by if isinstance(by, User) else None
        consent.token = by if isinstance(by, ApiToken) else None
        consent.full_clean(exclude=["contact", "user", "token", "withdrawn_at"])
        consent.save()
        return consent
