from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext, gettext_noop, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from config.accounts.models import Pro, User
from config.search.folding import digits, fold
from config.search.index import SearchIndex
from config.web.addresses import address
from config.web.mail import is_answerable
from contacts.models import Contact, StaleEditError

from .filter_option import FilterOption
from .inquiry_type import InquiryType
from .queryset import InquiryQuerySet
from .step import PipelineStep
from .summary import Summary

if TYPE_CHECKING:
    from .offer import Offer
    from .pending_move import PendingMove


UNKNOWN: Mapping[str, Any] = {}
# Reasons why a profile comes later, by itself. Stored in English and translated when shown: they must not change.
UNVERIFIED = gettext_noop("The profile follows when your identity is verified.")
OVER_LIMIT = gettext_noop("You had many new customers today. The profile follows within a day.")
WITHHELD = (UNVERIFIED, OVER_LIMIT)


class Inquiry(Summary, models.Model):
    """A typed question of a customer, on one step of its pipeline. Sources: inquiries API, contract section 5.

    `user_id` (the customer), `created_by` (the submitter) and `case_id` are ids of other systems; the first two are
    null where the office wrote the inquiry down for somebody without a UserHub id. `person` and `business` are copied
    from the customer's UserHub profile, else from the contact; both are {} while `profile_at` is null and the inquiry
    waits for the profile. `person` is {first_name, last_name, email, phone, language (ISO 639-1), address}; `business`
    is {company, vat_number, address, invoice_email, invoice_address} or {}; an address is {street, postal_code, city,
    country}. All values are text, "" when unknown. `responded_at` is the first action on the Pro's side.
    """

    class Status(models.TextChoices):
        """The coarse status. It follows from the step and, on a terminal step, from the outcome."""

        OPEN = "open", pgettext_lazy("inquiry", "Open")
        IN_PROGRESS = "in_progress", pgettext_lazy("inquiry", "In progress")
        CLOSED = "closed", pgettext_lazy("inquiry", "Closed")
        CANCELLED = "cancelled", pgettext_lazy("inquiry", "Cancelled")

    class Outcome(models.TextChoices):
        """The result of a closed inquiry."""

        COMPLETED = "completed", pgettext_lazy("inquiry", "Completed")
        CANCELLED = "cancelled", pgettext_lazy("inquiry", "Cancelled")

    class Priority(models.TextChoices):
        LOW = "low", pgettext_lazy("priority", "Low")
        NORMAL = "normal", pgettext_lazy("priority", "Normal")
        HIGH = "high", pgettext_lazy("priority", "High")
        URGENT = "urgent", pgettext_lazy("priority", "Urgent")

    pro = models.ForeignKey(Pro, models.CASCADE, related_name="inquiries", db_index=False, verbose_name=_("Pro"))
    inquiry_type = models.ForeignKey(
        InquiryType, models.PROTECT, related_name="inquiries", db_index=False, verbose_name=_("type")
    )
    # Changed by `inquiries.pipeline.moves` alone, the coarse status with it.
    step = models.ForeignKey(
        PipelineStep,
        models.PROTECT,
        related_name="inquiries",
        db_index=False,
        editable=False,
        verbose_name=_("step"),
    )
    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.OPEN, editable=False)
    user_id = models.BigIntegerField(_("customer's UserHub id"), null=True, blank=True)
    created_by = models.BigIntegerField(_("submitted by UserHub user"), null=True, blank=True)
    subject = models.CharField(_("subject"), max_length=255)
    message = models.TextField(_("message"), max_length=10_000)
    category = models.CharField(_("category"), max_length=100, blank=True)
    budget = models.DecimalField(_("budget in euros"), max_digits=12, decimal_places=2, null=True, blank=True)
    priority = models.CharField(_("priority"), max_length=10, choices=Priority, default=Priority.NORMAL)
    source = models.CharField(_("source"), max_length=100, blank=True)
    case_id = models.BigIntegerField(_("case"), null=True, blank=True)
    contact = models.ForeignKey(
        Contact, models.SET_NULL, null=True, blank=True, related_name="inquiries", verbose_name=_("contact")
    )
    person = models.JSONField(_("person"), default=dict, editable=False)
    business = models.JSONField(_("business"), default=dict, editable=False)
    search_text = models.TextField(default="", editable=False)
    filter_options = models.ManyToManyField(
        FilterOption, blank=True, related_name="inquiries", verbose_name=_("filter options")
    )
    # The reason, in English, why no profile is expected any more; blank while one may still come.
    profile_problem = models.CharField(_("problem with the profile"), max_length=300, blank=True, editable=False)
    profile_at = models.DateTimeField(_("profile copied at"), null=True, editable=False)
    responded_at = models.DateTimeField(_("responded at"), null=True, editable=False)
    acknowledged_at = models.DateTimeField(_("acknowledged at"), null=True, editable=False)
    acknowledgment_returned_at = models.DateTimeField(_("acknowledgment returned at"), null=True, editable=False)
    notified_at = models.DateTimeField(_("pro notified at"), null=True, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    # A copy for the board, which would otherwise read the history of every card.
    moved_at = models.DateTimeField(_("on its step since"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)
    # Since then its words and its customer are gone; the row stays, for its history.
    erased_at = models.DateTimeField(_("erased at"), null=True, editable=False)

    # The move that a page shows as made: see `show_pending_moves`.
    pending_move: "PendingMove | None" = None
    # The latest offer, where a list has read it (`attach_newest_offers`).
    newest_offer: "Offer | None" = None

    objects = InquiryQuerySet.as_manager()
    search_index: ClassVar = SearchIndex(
        name="inquiry_search",
        table="inquiries_inquiry",
        full_text="inquiries_search",
        has_integer_key=True,
        shared=("status", "inquiry_type_id", "step_id", "category"),
    )

    class Meta:
        verbose_name = _("inquiry")
        verbose_name_plural = _("inquiries")
        indexes = [
            models.Index(fields=["pro", "-created_at", "-id"], name="inquiry_newest"),
            models.Index(fields=["pro", "updated_at", "id"], name="inquiry_last_changed"),
            # The default list. The case is included so that SQLite answers from the index alone.
            models.Index(
                fields=["pro", "-created_at", "-id", "case_id"],
                condition=Q(case_id__isnull=True),
                name="inquiry_unassigned",
            ),
            # The case comes last: these lists are counted without linked inquiries, from the index alone.
            models.Index(fields=["pro", "status", "-created_at", "-id", "case_id"], name="inquiry_by_status"),
            models.Index(fields=["pro", "inquiry_type", "-created_at", "-id", "case_id"], name="inquiry_by_type"),
            # A column of the board.
            models.Index(fields=["pro", "step", "-moved_at", "-id"], name="inquiry_by_move"),
            models.Index(fields=["pro", "category", "-created_at", "-id", "case_id"], name="inquiry_by_category"),
            models.Index(fields=["pro", "user_id", "-created_at", "-id", "case_id"], name="inquiry_by_user"),
            models.Index(
                fields=["created_at"], condition=Q(profile_at__isnull=True), name="inquiry_waiting_for_profile"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["open", "in_progress", "closed", "cancelled"]), name="inquiry_status_known"
            ),
            models.CheckConstraint(
                condition=Q(priority__in=["low", "normal", "high", "urgent"]), name="inquiry_priority_known"
            ),
            models.CheckConstraint(condition=Q(budget__isnull=True) | Q(budget__gte=0), name="inquiry_budget_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} ({self.reference})"

    def get_absolute_url(self) -> str:
        return address("inquiries:inquiry_detail", self.pk)

    @property
    def reference(self) -> int:
        """The number that customers quote."""
        return self.pk

    @property
    def customer_name(self) -> str:
        """The customer's name, else the company; "" when both are unknown."""
        return self.full_name or str(self.business.get("company", ""))

    @cached_property
    def colleagues(self) -> dict[int, str]:
        """Names of the Pro's users, by UserHub id."""
        users = User.objects.filter(pro=self.pro_id, userhub_id__isnull=False)
        return dict(users.values_list("userhub_id", "name"))  # type: ignore[arg-type]

    @property
    def email(self) -> str:
        """The customer's e-mail address; "" when missing or one that nobody reads, such as no-reply."""
        address = self.person.get("email", "")
        return address if is_answerable(address) else ""

    @property
    def language(self) -> str:
        """The language for mails to the customer: their own if it is one of LANGUAGES, else the Pro's."""
        language = self.person.get("language")
        return language if language in dict(settings.LANGUAGES) else self.pro.language

    @property
    def company(self) -> str:
        """The customer's company, to stand beside their own name; "" without either."""
        return str((self.business or {}).get("company") or "") if self.full_name else ""

    @property
    def translated_profile_problem(self) -> str:
        """`profile_problem` in the reader's language."""
        return gettext(self.profile_problem) if self.profile_problem else ""

    @property
    def is_waiting_for_profile(self) -> bool:
        return self.profile_at is None

    @property
    def is_profile_withheld(self) -> bool:
        """True if the profile comes later, without anybody asking for it."""
        return self.profile_problem in WITHHELD

    def make_search_text(self) -> str:
        """Build the value of `search_text`: folded words and the digits of the phone number."""
        person, business = self.person, self.business
        words = [self.full_name, business.get("company", ""), person.get("email", ""), self.subject, self.message]
        return f"{fold(' '.join(words))} {digits(person.get('phone', ''))}".strip()

    def record_response(self) -> None:
        """Set `responded_at` to now, unless it is set already."""
        now = timezone.now()
        if Inquiry.objects.filter(pk=self.pk, responded_at=None).update(responded_at=now, updated_at=now):
            self.responded_at = self.updated_at = now

    def allowed_steps(self) -> models.QuerySet[PipelineStep]:
        """Steps that the inquiry can be moved to, in order."""
        return PipelineStep.objects.allowed_from(self.step)

    @property
    def classification(self) -> dict[str, Any]:
        """The values that `classify` sets; filter options as a set of ids, as text."""
        options = {str(option.pk) for option in self.filter_options.all()}
        return {"priority": self.priority, "category": self.category, "filter_options": options}

    def classify(self, *, original: Mapping[str, Any] = UNKNOWN, **values: Any) -> None:
        """Set any of `priority`, `category` and `filter_options` (ids).

        `original` is `classification` as the editor saw it: values that they left alone keep their current state.
        Raises StaleEditError when somebody else changed one of the edited values, and ValidationError by field.
        """
        with transaction.atomic():
            self.lock()
            changes = changed_values(original, values)
            for name, current in self.classification.items():
                if name in changes and name in original and current not in (original[name], changes[name]):
                    raise StaleEditError(name, str(current))
            options = changes.pop("filter_options", None)
            for name, value in changes.items():
                setattr(self, name, value)
            self.clean_fields(exclude={f.name for f in self._meta.fields} - set(changes))
            self.save(update_fields=[*changes, "updated_at"])
            if options is not None:
                self.filter_options.set(FilterOption.objects.filter(pk__in=options))

    def lock(self) -> None:
        """Lock the row until the transaction ends, and reload it. Raises DoesNotExist when it is deleted.

        The pipeline of its type is locked first, in the order of a pipeline change.
        """
        InquiryType(pk=self.inquiry_type_id).hold_pipeline()
        # Not joined with the step: after waiting for the lock, PostgreSQL would join the new row to the old step and
        # find no row.
        self.refresh_from_db(from_queryset=Inquiry.objects.select_related("pro").select_for_update(of=("self",)))


def changed_values(original: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """The `values` that differ from `original`, in the form of `Inquiry.classification`."""
    normalized = {
        name: {str(getattr(option, "pk", option)) for option in value} if name == "filter_options" else value.strip()
        for name, value in values.items()
    }
    return {name: value for name, value in normalized.items() if name not in original or value != original[name]}
