import uuid
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.accounts.models import ApiToken, Pro, User
from config.search.index import SearchIndex

from ..addresses import identities_of
from ..languages import validate_language
from ..names import validate_name
from ..phones import to_e164
from ..search_text import contact_search_text
from .event import ContactEvent
from .identity import ContactIdentity
from .locking import hold_book
from .queryset import ContactQuerySet
from .stale import StaleEdit

PRESENT = Q(deleted_at__isnull=True)


class NameKey(models.Func):
    """How a name sorts: the beginning of the folded text. Without a parameter, so that its index is recognised."""

    template = "SUBSTR(%(expressions)s, 1, 60)"
    output_field = models.CharField()


class Contact(models.Model):
    """Somebody who wrote to a Pro, or whom the Pro wrote down. Source: the Contacts API document."""

    class Status(models.TextChoices):
        PROSPECT = "prospect", _("Prospect")
        SCHEDULED = "scheduled", _("Scheduled")
        APPLICANT = "applicant", _("Applicant")
        RENTER = "renter", _("Renter")
        # Not to be taken for what `archive` does: this is where somebody stands, and says it in a list.
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

    # What a pro or a program may set; everything else is the model's own business.
    SETTABLE = (
        "name",
        "email",
        "phone",
        "status",
        "role",
        "channel_preference",
        "source",
        "referral_source",
        "language",
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
    applied_at = models.DateTimeField(_("applied at"), null=True, editable=False)
    search_text = models.TextField(editable=False, default="")
    # Where somebody wrote from who gave neither e-mail nor phone: they can be answered there.
    reached_by = models.CharField(_("reached by"), max_length=20, choices=Channel, blank=True, editable=False)
    # How the conversation stands, as its messages have it: ContactMessageQuerySet.recount.
    last_message_at = models.DateTimeField(_("last message"), null=True, editable=False)
    unread_count = models.PositiveIntegerField(_("unread messages"), default=0, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)
    deleted_at = models.DateTimeField(_("archived at"), null=True, editable=False)
    # Who holds what was this contact's; deleted_at is set too. Erasing a person erases what was merged into it.
    merged_into = models.ForeignKey(
        "self",
        models.CASCADE,
        null=True,
        editable=False,
        related_name="+",
        db_index=False,
        verbose_name=_("merged into"),
    )

    objects = ContactQuerySet.as_manager()
    search_index: ClassVar = SearchIndex(name="contact_search", table="contacts_contact", full_text="contacts_search")

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        # The lists leave out what is archived, and so do their indexes: a count reads nothing but the index.
        indexes = [
            models.Index(fields=["pro", "-created_at", "-id"], condition=PRESENT, name="contact_newest"),
            models.Index(fields=["pro", "status", "-created_at", "-id"], condition=PRESENT, name="contact_by_status"),
            models.Index(fields=["pro", "-updated_at", "-id"], condition=PRESENT, name="contact_last_changed"),
            models.Index("pro", NameKey("search_text"), "id", condition=PRESENT, name="contact_by_name"),
            models.Index(fields=["pro", "-created_at", "-id"], condition=~PRESENT, name="contact_archived"),
            models.Index(
                fields=["pro", "-last_message_at", "-id"],
                condition=PRESENT & Q(last_message_at__isnull=False),
                name="contact_last_message",
            ),
            models.Index(
                fields=["pro", "unread_count"], condition=PRESENT & Q(unread_count__gt=0), name="contact_unread"
            ),
            models.Index("pro", Lower("email"), name="contact_email"),
            models.Index(fields=["pro", "phone"], name="contact_phone"),
            models.Index(fields=["merged_into"], name="contact_merged_into", condition=Q(merged_into__isnull=False)),
        ]
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
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store it, with what follows from the status and for the search."""
        if self.status != self.Status.APPLICANT:
            self.applied_at = None
        elif self.applied_at is None:
            self.applied_at = timezone.now()
        self.search_text = self.make_search_text()
        if kwargs.get("update_fields") is not None:
            fields = {*kwargs["update_fields"], "search_text", "updated_at"}
            # Without the status its time stays too: this copy of the row may be older than both.
            kwargs["update_fields"] = fields | ({"applied_at"} if "status" in fields else set())
        super().save(*args, **kwargs)

    def make_search_text(self) -> str:
        """What `search` looks through; for rows that are written without `save`."""
        return contact_search_text(self.name, self.email, self.phone)

    def clean(self) -> None:
        if not (self.email or self.phone or self.reached_by):
            raise ValidationError({"email": _("Give an e-mail address or a phone number.")})

    def set(self, fields: dict[str, Any]) -> None:
        """Put these values into place, unsaved. Raises ValidationError with every field at fault."""
        errors: dict[str, Any] = {}
        for name, value in fields.items():
            if name not in self.SETTABLE:
                raise ValueError(name)
            setattr(self, name, (value or "").strip())
        try:
            if fields.get("phone") and self.phone:
                self.phone = to_e164(self.phone, self.pro.country)
        except ValidationError as error:
            errors["phone"] = error
        # What stands already came in by a rule of its own: a visitor's odd name must not forbid a new status.
        standing = set() if self._state.adding else {*self.SETTABLE} - {*fields}
        try:
            self.full_clean(exclude={"id", "pro", *standing, *errors}, validate_constraints=False)
        except ValidationError as error:
            errors = {**error.error_dict, **errors}
        if errors:
            raise ValidationError(errors)

    def change(
        self,
        fields: dict[str, Any],
        *,
        by: User | ApiToken | None,
        expected: dict[str, str] | None = None,
    ) -> dict[str, list[str]]:
        """Set some fields; returns what changed as {field: [before, after]}, {} when nothing did.

        `expected` is what stood in them when the editing began. Raises ValidationError, StaleEdit when one of
        those has another value by now, and DoesNotExist when the contact was deleted meanwhile.
        """
        with transaction.atomic():
            self.lock()
            before = {name: getattr(self, name) for name in fields}
            former = identities_of(self.email, self.phone)
            self.set(fields)
            changes = {
                name: [before[name], getattr(self, name)] for name in fields if before[name] != getattr(self, name)
            }
            for name, value in (expected or {}).items():
                if name in changes and before[name] != value:
                    raise StaleEdit(name, before[name])
            if changes:
                self.save(update_fields=changes)
                self.hold_identities(former)
                self.record(ContactEvent.Kind.CHANGED, by, changes)
            return changes

    def archive(self, *, by: User | ApiToken | None) -> None:
        """Soft-delete it: out of every list, search and count, with its history kept; `restore` undoes it.

        Raises DoesNotExist when it is deleted already.
        """
        with transaction.atomic():
            self.lock()
            self.deleted_at = timezone.now()
            self.save(update_fields=["deleted_at"])
            held = list(self.identities.held().values_list("channel", "external_id"))
            self.identities.release()
            self.pass_on(held)
            self.record(ContactEvent.Kind.DELETED, by)

    def restore(self, *, by: User | None) -> None:
        """Undo `archive`. Raises DoesNotExist when it is not deleted, or was merged: then `ContactMerge.undo` does."""
        with transaction.atomic():
            self.lock(deleted=True)
            self.deleted_at = None
            self.save(update_fields=["deleted_at"])
            self.identities.take_back()
            self.hold_identities()
            self.record(ContactEvent.Kind.RESTORED, by)

    def lock(self, *, deleted: bool = False) -> None:
        """Hold the row until the transaction ends, and see it as it is now; a merged one is not found."""
        self.lock_among(Contact.objects.filter(deleted_at__isnull=not deleted, merged_into=None))

    def lock_among(self, rows: "models.QuerySet[Contact]") -> None:
        """As `lock`, for whoever asks for other rows. Raises DoesNotExist when it is none of them."""
        hold_book(self.pro_id)
        self.refresh_from_db(from_queryset=rows.select_related("pro").select_for_update(of=("self",)))

    def record(self, kind: str, by: User | ApiToken | None, changes: dict[str, Any] | None = None) -> None:
        self.event(kind, by, changes).save()

    def event(self, kind: str, by: User | ApiToken | None, changes: dict[str, Any] | None = None) -> ContactEvent:
        """An unsaved event of this contact."""
        return ContactEvent(
            contact=self,
            kind=kind,
            changes=changes or {},
            user=by if isinstance(by, User) else None,
            token=by if isinstance(by, ApiToken) else None,
        )

    def identity(self, channel: str, external_id: str) -> ContactIdentity:
        """An unsaved identity of this contact."""
        return ContactIdentity(pro_id=self.pro_id, contact=self, channel=channel, external_id=external_id)

    def hold_identities(self, former: list[tuple[str, str]] | None = None) -> None:
        """Hold the present e-mail and phone as identities, unless they are somebody else's.

        Of the `former` ones those are let go that are no longer present; what was learnt beside them stays.
        """
        present = identities_of(self.email, self.phone)
        gone = [pair for pair in former or [] if pair not in present]
        if gone:
            ContactIdentity.objects.filter(contact=self).matching(gone).delete()
            self.pass_on(gone)
        rows = [self.identity(*pair) for pair in present]
        ContactIdentity.objects.bulk_create(rows, ignore_conflicts=True)

    def pass_on(self, identities: list[tuple[str, str]]) -> None:
        """Let the eldest other contact with such an e-mail or phone be recognised by it, as it is free now."""
        for channel, external_id in identities:
            others = Contact.objects.for_pro(self.pro).same_address(channel, external_id).exclude(pk=self.pk)
            if heir := others.order_by("created_at", "id").first():
                ContactIdentity.objects.bulk_create([heir.identity(channel, external_id)], ignore_conflicts=True)
