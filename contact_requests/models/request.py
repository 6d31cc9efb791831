import builtins
import uuid
from datetime import datetime
from typing import Any, ClassVar, Self

from django.db import models, transaction
from django.db.models import Q
from django.db.models.fields.tuple_lookups import TupleLessThan
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config.accounts.models import ApiToken, Pro, TenantQuerySet, User
from config.events.kinds import EventType
from config.events.publishing import publish
from config.saving import insert, update
from config.search.folding import digits, fold
from config.search.index import SearchIndex
from config.search.query import read_query
from config.web.compiled import Compiled
from contacts.models import Contact, ContactMessage

from .property import Property

# The source of a contact request that a visitor sent from a property's page.
CONTACT_FORM = "contact_form"


class InvalidTransitionError(Exception):
    """A refused status change; statuses as in the database. `from_status` may be "quarantine"."""

    def __init__(self, from_status: str, to_status: str, allowed: list[str]) -> None:
        super().__init__(f"{from_status} -> {to_status}")
        self.from_status, self.to_status, self.allowed = from_status, to_status, allowed


# Lists leave out what is set aside, and so do their indexes: it costs them nothing, however much it is.
IN_INBOX = Q(quarantined_at__isnull=True)


class ContactRequestQuerySet(TenantQuerySet["ContactRequest"]):
    def for_pro(self, pro: Pro, *, quarantined: bool = False) -> Self:
        """One Pro's contact requests: those in its inbox, or with `quarantined` those in quarantine."""
        return super().for_pro(pro).filter(quarantined_at__isnull=not quarantined)

    def get_locked(self, pro: Pro, id: uuid.UUID) -> "ContactRequest":
        """One in the Pro's inbox, with its property, locked until the transaction ends. Raises DoesNotExist."""
        if contact_request := _LOCKED.first(pro.pk, id):
            contact_request.pro = pro
            return contact_request
        raise self.model.DoesNotExist

    def mark_acknowledgment_returned(self) -> None:
        """Note that the acknowledgment came back, or that the mail server refused it for good."""
        self.update(acknowledgment_returned_at=timezone.now())

    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-id")

    def after(self, created_at: datetime, id: uuid.UUID) -> Self:
        """The rows after the position (created_at, id), newest first; that row itself may be gone."""
        return self.filter(TupleLessThan(("created_at", "id"), (created_at, id)))

    def page(self, size: int) -> tuple[list["ContactRequest"], bool]:
        """The first `size` rows; True when more follow."""
        rows = list(self[: size + 1])
        return rows[:size], len(rows) > size

    def search(self, text: str) -> Self:
        """Rows with every word of `text` in name, e-mail, phone or message; case and accents are ignored."""
        return self.filter(self.model.search_index.matching(read_query(text).words_or_number(), self.db))


_LOCKED = Compiled["ContactRequest"](
    lambda pro_id, id: (
        ContactRequest.objects.for_pro(Pro(pk=pro_id))
        .filter(pk=id)
        .select_related("property")
        .select_for_update(of=("self",))
    ),
    keeps_plan=True,
)


class ContactRequest(models.Model):
    """A visitor's question about a property. Its status goes new -> read -> replied; read may be left out."""

    class Status(models.TextChoices):
        # /pro calls the first one new_request. The labels are the product's terms, see docs/glossary.md.
        NEW = "new", pgettext_lazy("contact request", "New")
        READ = "read", pgettext_lazy("contact request", "Read")
        REPLIED = "replied", pgettext_lazy("contact request", "Replied")

    # Repeating the current status is neither a change nor an error.
    TRANSITIONS = {"new": ["read", "replied"], "read": ["replied"], "replied": []}

    class Quarantine(models.TextChoices):
        HONEYPOT = "honeypot", _("The hidden field was filled in")
        TOO_FAST = "too_fast", _("It was sent too quickly")
        NO_STAMP = "no_stamp", _("It was not sent from the property's page")
        TOO_OFTEN = "too_often", _("Too many came from the same network within an hour")
        FOREIGN_SITE = "foreign_site", _("It was sent from a site that is not among yours")
        # After it had been admitted.
        MARKED = "marked", _("Somebody of the office marked it as spam")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pro = models.ForeignKey(Pro, models.CASCADE, related_name="contact_requests", db_index=False, verbose_name=_("Pro"))
    property = models.ForeignKey(Property, models.RESTRICT, related_name="contact_requests", verbose_name=_("property"))
    # Set by `receiving.admit`; empty in quarantine.
    contact = models.ForeignKey(
        Contact, models.RESTRICT, null=True, blank=True, related_name="contact_requests", verbose_name=_("contact")
    )
    name = models.CharField(_("name"), max_length=200)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    message = models.TextField(_("message"), max_length=5000)
    language = models.CharField(_("visitor's language"), max_length=5, default="en")
    # "contact_form", the host name of a portal or site, or what a program calls itself.
    source = models.CharField(_("source"), max_length=50, default=CONTACT_FORM, db_default=CONTACT_FORM)
    # The e-mail that brought it.
    inbound_message = models.OneToOneField(
        ContactMessage, models.SET_NULL, null=True, editable=False, related_name="+", verbose_name=_("message")
    )
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.NEW)
    created_at = models.DateTimeField(_("received at"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)
    read_at = models.DateTimeField(_("read at"), null=True, editable=False)
    replied_at = models.DateTimeField(_("replied at"), null=True, editable=False)
    acknowledged_at = models.DateTimeField(_("acknowledged at"), null=True, editable=False)
    acknowledgment_returned_at = models.DateTimeField(_("acknowledgment returned at"), null=True, editable=False)
    notified_at = models.DateTimeField(_("pro notified at"), null=True, editable=False)
    quarantined_at = models.DateTimeField(_("quarantined at"), null=True, editable=False)
    quarantine_reason = models.CharField(_("reason"), max_length=20, choices=Quarantine, blank=True, editable=False)
    search_text = models.TextField(editable=False)
    # The words that stood beside the form when it was sent, {"words", "version"}; null where there were none.
    consent = models.JSONField(_("consent"), null=True, editable=False)

    objects = ContactRequestQuerySet.as_manager()
    search_index: ClassVar = SearchIndex(
        name="request_search", table="contact_requests_contactrequest", full_text="contact_requests_search"
    )

    class Meta:
        verbose_name = _("contact request")
        verbose_name_plural = _("contact requests")
        indexes = [
            models.Index(fields=["pro", "-created_at", "-id"], condition=IN_INBOX, name="request_newest"),
            models.Index(
                fields=["pro", "status", "-created_at", "-id"], condition=IN_INBOX, name="request_newest_by_status"
            ),
            models.Index(fields=["pro", "-created_at", "-id"], condition=~IN_INBOX, name="request_quarantined"),
            models.Index(fields=["pro", "updated_at", "id"], name="request_last_changed"),
            models.Index(fields=["-created_at", "-id"], name="request_of_all_pros"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=["new", "read", "replied"]), name="request_status_known"),
            models.CheckConstraint(
                condition=Q(quarantined_at__isnull=False) | Q(contact__isnull=False),
                name="request_has_contact",
            ),
            models.CheckConstraint(condition=~Q(email="") | ~Q(phone=""), name="request_can_be_answered"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.reference})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self._state.adding:
            self.search_text = self.make_search_text()
        super().save(*args, **kwargs)

    def make_search_text(self) -> str:
        """Folded text of the fields that `search` covers; a visitor's own words never change."""
        return fold(f"{self.reference} {self.name} {self.email} {digits(self.phone)} {self.message}")

    # builtins, as `property` is a field of this class.
    @builtins.property
    def is_from_form(self) -> bool:
        return self.source == CONTACT_FORM

    @builtins.property
    def reference(self) -> str:
        """The reference that a visitor quotes: the first eight characters of the id."""
        return str(self.pk)[:8].upper()

    @builtins.property
    def next_statuses(self) -> list[str]:
        return self.TRANSITIONS[self.status]

    def mark(self, status: str, *, by: User | ApiToken | None) -> bool:
        """Change the status, with its time and its event, in one transaction; returns whether it changed.

        Repeating the current status changes nothing. Raises InvalidTransitionError for anything but
        new -> read, new -> replied and read -> replied, and in quarantine.
        """
        with transaction.atomic():
            self.lock()
            return self.mark_locked(status, by=by)

    def mark_locked(self, status: str, *, by: User | ApiToken | None) -> bool:
        """The same for a row that is locked, in the caller's transaction."""
        self.refuse_in_quarantine(status)
        if status == self.status:
            return False
        if status not in self.next_statuses:
            raise InvalidTransitionError(self.status, status, self.next_statuses)
        from_status, self.status = self.status, status
        time_field = f"{status}_at"
        setattr(self, time_field, timezone.now())
        update(self, "status", time_field, "updated_at")
        self.record_event(from_status, status, by)
        publish(self.pro, EventType.REQUEST_UPDATED, self)
        return True

    def refuse_in_quarantine(self, to_status: str) -> None:
        """Raise InvalidTransitionError in quarantine: the contact request has to be released first."""
        if self.quarantined_at:
            raise InvalidTransitionError("quarantine", to_status, [])

    def lock(self) -> None:
        """Lock the row until the transaction ends, and read it again."""
        rows = ContactRequest.objects.select_related("pro").select_for_update(of=("self",))
        self.refresh_from_db(from_queryset=rows)

    def record_event(self, from_status: str, to_status: str, by: User | ApiToken | None) -> None:
        """Store a status change, made now."""
        insert(
            ContactRequestEvent(
                contact_request=self,
                from_status=from_status,
                to_status=to_status,
                user=by if isinstance(by, User) else None,
                token=by if isinstance(by, ApiToken) else None,
            )
        )


class ContactRequestEvent(models.Model):
    """One change of a contact request's status. `from_status` "quarantine": the Pro released it."""

    contact_request = models.ForeignKey(ContactRequest, models.CASCADE, related_name="events")
    from_status = models.CharField(_("from"), max_length=10)
    to_status = models.CharField(_("to"), max_length=10)
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    token = models.ForeignKey(ApiToken, models.SET_NULL, null=True, related_name="+", verbose_name=_("by program"))
    created_at = models.DateTimeField(_("at"), default=timezone.now)

    class Meta:
        verbose_name = _("status change")
        verbose_name_plural = _("status changes")
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return f"{self.from_label} → {self.to_label}"

    @property
    def from_label(self) -> str:
        return _status_label(self.from_status)

    @property
    def to_label(self) -> str:
        return _status_label(self.to_status)

    @property
    def actor_name(self) -> str:
        """The user, or the name of the token; "–" when neither is known any more."""
        return str(self.user or (self.token.name if self.token else "–"))


def _status_label(status: str) -> str:
    return str({**dict(ContactRequest.Status.choices), "quarantine": _("Set aside")}.get(status, status))
