import uuid
from datetime import datetime
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.accounts.models import ApiToken, Pro, User
from config.events.kinds import EventType
from config.events.publishing import publish
from config.instances import make_instance
from config.saving import bring_forward, insert_missing, insert_soon
from config.search.index import SearchIndex

from ..addresses import identities_of
from ..languages import validate_language
from ..names import validate_name
from ..phones import to_e164
from ..search_text import contact_search_text
from .contact_indexes import INDEXES
from .erasure import Erasure
from .event import ContactEvent
from .external_id import ONE_HOLDER, claim_external_id, drop_taken_external_id, make_external_id_field
from .identity import ContactIdentity
from .locking import hold_book
from .queryset import ContactQuerySet
from .stale import StaleEditError
from .waiting import WaitingItem


class Contact(models.Model):
    """Person in a Pro's address book. Source: docs/api/contacts.md."""

    class Status(models.TextChoices):
        PROSPECT = "prospect", _("Prospect")
        SCHEDULED = "scheduled", _("Scheduled")
        APPLICANT = "applicant", _("Applicant")
        RENTER = "renter", _("Renter")
        # A status like the others, unrelated to `archive`: the contact stays in every list.
        ARCHIVED = "archived", _("Inactive")

    class Role(models.TextChoices):
        PROSPECT = "prospect", _("Prospect")
        TENANT = "tenant", _("Tenant")
        LANDLORD = "landlord", _("Landlord")
        PROPERTY_MANAGER = "property_manager", _("Property manager")
        VENDOR = "vendor", _("Vendor")
        OTHER = "other", _("Other")

    class Channel(models.TextChoices):
        WHATSAPP = "whatsapp", "WhatsApp"
        TELEGRAM = "telegram", "Telegram"
        EMAIL = "email", _("E-mail")
        SMS = "sms", _("SMS")
        PHONE = "phone", _("Phone")

    # Fields that pages and the API may change.
    SETTABLE = (
        *("name", "email", "phone", "status", "role", "channel_preference"),
        *("source", "referral_source", "language"),
    )
    # Fields that may be empty. They are filled in when the contact is recognised again.
    FILLABLE = ("email", "phone", "channel_preference", "referral_source")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pro = models.ForeignKey(Pro, models.CASCADE, related_name="contacts", db_index=False, verbose_name=_("Pro"))
    name = models.CharField(_("name"), max_length=200, validators=[validate_name])
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True, help_text=_("In E.164, such as +33612345678."))
    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.PROSPECT)
    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.PROSPECT)
    channel_preference = models.CharField(_("preferred channel"), max_length=20, choices=Channel, blank=True)
    source = models.CharField(_("source"), max_length=50, default="api")
    referral_source = models.CharField(_("referred by"), max_length=200, blank=True)
    language = models.CharField(_("language"), max_length=2, default="en", validators=[validate_language])
    # Key of the person in another program: `contacts.models.external_id` says who holds it.
    external_id = make_external_id_field()
    applied_at = models.DateTimeField(_("applied at"), null=True, editable=False)
    search_text = models.TextField(editable=False, default="")
    # Channel of a sender who gave neither e-mail nor phone. They can be answered there.
    reached_by = models.CharField(_("reached by"), max_length=20, choices=Channel, blank=True, editable=False)
    # Derived from the contact's messages by ContactMessageQuerySet.recount.
    last_message_at = models.DateTimeField(_("last message"), null=True, editable=False)
    # The last message, contact request, inquiry or answer to an offer; None for an empty thread.
    last_word_at = models.DateTimeField(_("last word"), null=True, editable=False)
    unread_count = models.PositiveIntegerField(_("unread messages"), default=0, editable=False)
    # Whose this person is in the office, None for nobody's, and since when; changed by `contacts.assigning` alone.
    assigned_to = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        db_index=False,
        verbose_name=_("assigned to"),
    )
    assigned_at = models.DateTimeField(_("assigned at"), null=True, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)
    deleted_at = models.DateTimeField(_("archived at"), null=True, editable=False)
    # The kept contact of a merge; deleted_at is set too. Deleting the kept contact deletes the merged one.
    merged_into = models.ForeignKey(
        "self",
        models.CASCADE,
        null=True,
        editable=False,
        related_name="+",
        db_index=False,
        verbose_name=_("merged into"),
    )

    # True where it was stored in this transaction: nothing refers to it yet.
    is_new = False
    # Whether items of it are put off, None if nobody has looked since the book was held.
    has_put_off: bool | None = None
    objects = ContactQuerySet.as_manager()
    search_index: ClassVar = SearchIndex(name="contact_search", table="contacts_contact", full_text="contacts_search")

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        indexes = INDEXES
        constraints = [
            models.CheckConstraint(
                condition=Q(status="applicant", applied_at__isnull=False)
                | (~Q(status="applicant") & Q(applied_at__isnull=True)),
                name="contact_applied_at_follows_status",
            ),
            models.CheckConstraint(
                condition=~Q(name="") & (~Q(email="") | ~Q(phone="") | ~Q(reached_by="")), name="contact_reachable"
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(deleted_at__isnull=False), name="contact_merged_is_deleted"
            ),
            ONE_HOLDER,
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, with the fields that follow from others."""
        self.derive_fields()
        if kwargs.get("update_fields") is not None:
            fields = {*kwargs["update_fields"], "search_text", "updated_at"}
            # `applied_at` is saved only together with the status: this copy of the row may be older than both.
            kwargs["update_fields"] = fields | ({"applied_at"} if "status" in fields else set())
        super().save(*args, **kwargs)

    def derive_fields(self) -> None:
        """Set the fields that follow from others: `applied_at` and `search_text`."""
        if self.status != self.Status.APPLICANT:
            self.applied_at = None
        elif self.applied_at is None:
            self.applied_at = timezone.now()
        self.search_text = self.make_search_text()

    def make_search_text(self) -> str:
        """Search text of the row, for rows that are stored without `save`."""
        return contact_search_text(self.name, self.email, self.phone)

    def clean(self) -> None:
        if not (self.email or self.phone or self.reached_by):
            raise ValidationError({"email": _("Enter an e-mail address or a phone number.")})

    def assign_fields(self, fields: dict[str, Any]) -> None:
        """Assign these values, unsaved. Raises ValidationError with every invalid field."""
        errors: dict[str, Any] = {}
        for name, value in fields.items():
            if name not in (*self.SETTABLE, "external_id"):
                raise ValueError(name)
            setattr(self, name, (value or "") if name == "external_id" else (value or "").strip())
        try:
            if fields.get("phone") and self.phone:
                self.phone = to_e164(self.phone, self.pro.country)
        except ValidationError as error:
            errors["phone"] = error
        # Stored values may come from elsewhere: a visitor's odd name must not prevent a change of status.
        unchanged = set() if self._state.adding else {*self.SETTABLE, "external_id"} - {*fields}
        try:
            self.full_clean({"id", "pro", *unchanged, *errors}, validate_unique=False, validate_constraints=False)
        except ValidationError as error:
            errors = {**error.error_dict, **errors}
        if errors:
            raise ValidationError(errors)

    def change(
        self, fields: dict[str, Any], *, by: User | ApiToken | None, expected: dict[str, str] | None = None
    ) -> dict[str, list[str]]:
        """Change some fields; returns the changes as {field: [before, after]}.

        `expected` are the values at the beginning of the edit. Raises ValidationError, StaleEditError when one of
        the fields has got another value since, and DoesNotExist when the contact was deleted meanwhile.
        """
        with transaction.atomic():
            self.lock()
            before = {name: getattr(self, name) for name in fields}
            former = identities_of(self.email, self.phone)
            self.assign_fields(fields)
            changes = {
                name: [before[name], getattr(self, name)] for name in fields if before[name] != getattr(self, name)
            }
            for name, value in (expected or {}).items():
                if name in changes and before[name] != value:
                    raise StaleEditError(name, before[name])
            if changes:
                claim_external_id(self)
                self.save(update_fields=changes)
                self.hold_identities(former)
                self.record_event(ContactEvent.Kind.CHANGED, by, changes)
            return changes

    def archive(self, *, by: User | ApiToken | None) -> None:
        """Soft-delete the contact: it leaves every list, search and count, and keeps its history. `restore` undoes it.

        Raises DoesNotExist when it is deleted already.
        """
        with transaction.atomic():
            self.lock()
            Contact.objects.archive_locked([self], by=by)

    def restore(self, *, by: User | ApiToken | None) -> None:
        """Undo `archive`, and a planned erasure. Raises DoesNotExist for a contact that is present, or was merged."""
        with transaction.atomic():
            self.lock(deleted=True)
            self.deleted_at = None
            drop_taken_external_id(self)
            self.save(update_fields=["deleted_at", "external_id"])
            self.identities.reclaim()
            self.hold_identities()
            self.waiting_items.reopen(WaitingItem.Outcome.ARCHIVED)
            Erasure.objects.for_pro(self.pro).keep(self, by=by)
            self.record_event(ContactEvent.Kind.RESTORED, by)

    def lock(self, *, deleted: bool = False) -> None:
        """Lock the row until the transaction ends, and reload it. Raises DoesNotExist, also for a merged contact."""
        self.lock_among(Contact.objects.filter(deleted_at__isnull=not deleted, merged_into=None))

    def lock_among(self, rows: "models.QuerySet[Contact]") -> None:
        """Lock the row if it is among these rows, and reload it. Raises DoesNotExist otherwise."""
        hold_book(self.pro_id)
        self.refresh_from_db(from_queryset=rows.select_related("pro").select_for_update(of=("self",)))

    def note_word(self, at: datetime) -> None:
        """Bring the last word forward to what was written at this time. The caller holds the book."""
        # Not by `save`: what somebody writes does not change the contact's `updated_at`.
        bring_forward(self, "last_word_at", at)

    def record_event(self, kind: str, by: User | ApiToken | None, changes: dict[str, Any] | None = None) -> None:
        """Store an event of this contact, and tell the Pro's programs. The caller holds the book."""
        insert_soon(self.build_event(kind, by, changes))
        is_new = kind == ContactEvent.Kind.CREATED
        publish(self.pro, EventType.CONTACT_CREATED if is_new else EventType.CONTACT_UPDATED, self)

    def build_event(self, kind: str, by: User | ApiToken | None, changes: dict[str, Any] | None = None) -> ContactEvent:
        """Unsaved event of this contact."""
        return make_instance(
            ContactEvent,
            contact_id=self.pk,
            kind=kind,
            changes=changes or {},
            user_id=by.pk if isinstance(by, User) else None,
            token_id=by.pk if isinstance(by, ApiToken) else None,
        )

    def build_identity(self, channel: str, external_id: str, *, is_stated: bool = False) -> ContactIdentity:
        """Unsaved identity of this contact."""
        return make_instance(
            ContactIdentity,
            pro_id=self.pro_id,
            contact_id=self.pk,
            channel=channel,
            external_id=external_id,
            is_stated=is_stated,
        )

    def hold_identities(self, former: list[tuple[str, str]] | None = None) -> None:
        """Hold the current e-mail and phone as identities, unless another contact holds them.

        Those of `former` that are no longer current are deleted; all other identities stay.
        """
        current = identities_of(self.email, self.phone)
        removed = [pair for pair in former or [] if pair not in current]
        if removed:
            ContactIdentity.objects.filter(contact=self).matching(removed).delete()
            self.pass_on_identities(removed)
        insert_missing(*[self.build_identity(*pair) for pair in current])

    def pass_on_identities(self, identities: list[tuple[str, str]]) -> None:
        """Give each free identity to the oldest other contact with this e-mail or phone."""
        for channel, external_id in identities:
            others = Contact.objects.for_pro(self.pro).same_address(channel, external_id).exclude(pk=self.pk)
            if heir := others.order_by("created_at", "id").first():
                ContactIdentity.objects.bulk_create([heir.build_identity(channel, external_id)], ignore_conflicts=True)
