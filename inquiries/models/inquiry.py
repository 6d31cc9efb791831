from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from config.accounts.models import Pro, User
from config.search.folding import digits, fold
from config.search.index import SearchIndex
from config.web.mail import is_answerable
from contacts.models import Contact, StaleEditError
from contacts.models.locking import hold_book

from .filter_option import FilterOption
from .inquiry_type import InquiryType
from .queryset import InquiryQuerySet
from .step import PipelineStep

if TYPE_CHECKING:
    from .offer import Offer


NOTHING: Mapping[str, Any] = {}


class Inquiry(models.Model):
    """What a customer asks, of one type, on one step of its pipeline. Sources: inquiries API, contract section 5.

    `user_id` (the customer who owns it), `created_by` (who submitted it) and `case_id` are ids of other systems.
    `person` and `business` are the customer's UserHub profile as it was that day, {} while `profile_at` is null:
    the inquiry waits for it. `person` is {first_name, last_name, email, phone, language (ISO 639-1), address};
    `business`, where there is one, {company, vat_number, address, invoice_email, invoice_address}; an address is
    {street, postal_code, city, country}; all are text, "" for what is not known. `responded_at` is the first time that
    somebody on the Pro's side acted.
    """

    class Status(models.TextChoices):
        """The coarse status, which follows from the step and, at its end, from the outcome."""

        OPEN = "open", pgettext_lazy("inquiry", "Open")
        IN_PROGRESS = "in_progress", pgettext_lazy("inquiry", "In progress")
        CLOSED = "closed", pgettext_lazy("inquiry", "Closed")
        CANCELLED = "cancelled", pgettext_lazy("inquiry", "Cancelled")

    class Outcome(models.TextChoices):
        """How it was closed."""

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
    user_id = models.BigIntegerField(_("customer's UserHub id"))
    created_by = models.BigIntegerField(_("submitted by UserHub user"))
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
    # Why UserHub has no profile for it, in English; blank while it may still come.
    profile_problem = models.CharField(_("problem with the profile"), max_length=300, blank=True, editable=False)
    profile_at = models.DateTimeField(_("profile copied at"), null=True, editable=False)
    responded_at = models.DateTimeField(_("responded at"), null=True, editable=False)
    acknowledged_at = models.DateTimeField(_("acknowledged at"), null=True, editable=False)
    notified_at = models.DateTimeField(_("pro notified at"), null=True, editable=False)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, editable=False)
    # Here too, as the history may be kept elsewhere.
    moved_at = models.DateTimeField(_("on its step since"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True)

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
            # The list as it is asked for most. With the case, so that SQLite looks nowhere else for it.
            models.Index(
                fields=["pro", "-created_at", "-id", "case_id"],
                condition=Q(case_id__isnull=True),
                name="inquiry_unassigned",
            ),
            # The case at the end: each of these lists is counted without those that have one, on the index alone.
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
        return reverse("inquiries:inquiry_detail", args=[self.pk])

    @property
    def reference(self) -> int:
        """What a customer quotes."""
        return self.pk

    @property
    def pipeline_status(self) -> str:
        """The key of the step it stands on."""
        return self.step.key

    @property
    def full_name(self) -> str:
        """ "" while it waits for its profile, if that has a name at all."""
        names = (self.person.get("first_name", ""), self.person.get("last_name", ""))
        return " ".join(name for name in names if name)

    @property
    def customer_name(self) -> str:
        """The person, or the company where no person is named; "" for nobody known."""
        return self.full_name or str(self.business.get("company", ""))

    @cached_property
    def colleagues(self) -> dict[int, str]:
        """The names of the Pro's own people, by their UserHub ids."""
        people = User.objects.filter(pro=self.pro_id, userhub_id__isnull=False)
        return dict(people.values_list("userhub_id", "name"))  # type: ignore[arg-type]

    @property
    def truncated_message(self) -> str:
        """The first 10 words, then "..." where there are more."""
        words = self.message.split()
        return " ".join(words[:10]) + ("..." if len(words) > 10 else "")

    @property
    def budget_display(self) -> str | None:
        """In Dutch style whoever reads it: "€ 4.500,00"."""
        if self.budget is None:
            return None
        return f"€ {self.budget:,.2f}".translate(str.maketrans(",.", ".,"))

    @property
    def email(self) -> str:
        """The customer's address; "" when there is none that a person reads."""
        address = self.person.get("email", "")
        return address if is_answerable(address) else ""

    @property
    def language(self) -> str:
        """In which the customer is written to: their own where the product speaks it, else the Pro's."""
        own = self.person.get("language")
        return own if own in dict(settings.LANGUAGES) else self.pro.language

    @property
    def newest_offer(self) -> "Offer | None":
        """The last that was drawn up, on rows read `with_newest_offer`."""
        return next(iter(self.newest_offers), None)  # type: ignore[attr-defined]

    @property
    def profile_problem_shown(self) -> str:
        """In the reader's language."""
        return gettext(self.profile_problem) if self.profile_problem else ""

    @property
    def is_waiting_for_profile(self) -> bool:
        return self.profile_at is None

    def make_search_text(self) -> str:
        """What `search_text` holds."""
        person, business = self.person, self.business
        words = [self.full_name, business.get("company", ""), person.get("email", ""), self.subject, self.message]
        return f"{fold(' '.join(words))} {digits(person.get('phone', ''))}".strip()

    def note_response(self) -> None:
        """Somebody on the Pro's side answers the customer now; the first time counts."""
        now = timezone.now()
        if Inquiry.objects.filter(pk=self.pk, responded_at=None).update(responded_at=now, updated_at=now):
            self.responded_at = self.updated_at = now

    def allowed_steps(self) -> models.QuerySet[PipelineStep]:
        """The steps that it may be moved to, in order."""
        return PipelineStep.objects.after(self.step)

    def link_contact(self, contact: Contact | None) -> None:
        """Say which of the Pro's contacts the customer is; None for nobody.

        Raises Contact.DoesNotExist when it is another Pro's, or was archived or merged meanwhile.
        """
        with transaction.atomic():
            # Before the inquiry's row, as a merge does: it moves the inquiries of a contact that goes.
            hold_book(self.pro_id)
            self.lock()
            self.contact = Contact.objects.for_pro(self.pro).get(pk=contact.pk) if contact else None
            self.save(update_fields=["contact", "updated_at"])

    @property
    def facts(self) -> dict[str, Any]:
        """What `classify` says, the filter options as a set of their ids, as text."""
        options = {str(pk) for pk in self.filter_options.values_list("pk", flat=True)}
        return {"priority": self.priority, "category": self.category, "filter_options": options}

    def classify(self, *, was: Mapping[str, Any] = NOTHING, **facts: Any) -> None:
        """Say how much it presses and what it is about: any of `priority`, `category` and `filter_options` (ids).

        `was` is `facts` as it was when the editing began: what the editor left so stays as it is by now. Raises
        StaleEditError when something that they changed is another by now, and ValidationError for what cannot be, with
        every field at fault.
        """
        with transaction.atomic():
            self.lock()
            wanted = changed_facts(was, facts)
            for name, present in self.facts.items():
                if name in wanted and name in was and present not in (was[name], wanted[name]):
                    raise StaleEditError(name, str(present))
            options = wanted.pop("filter_options", None)
            for name, value in wanted.items():
                setattr(self, name, value)
            self.clean_fields(exclude={f.name for f in self._meta.fields} - set(wanted))
            self.save(update_fields=[*wanted, "updated_at"])
            if options is not None:
                self.filter_options.set(FilterOption.objects.filter(pk__in=options))

    def lock(self) -> None:
        """Hold the row until the transaction ends, and see it as it is now. Raises DoesNotExist when it is gone.

        The pipeline of its type is held first, as whoever changes that one goes on to its inquiries.
        """
        InquiryType(pk=self.inquiry_type_id).hold_pipeline()
        # Not joined with the step: whoever waited here on PostgreSQL would find the new row beside the old step, and
        # that is no row at all.
        self.refresh_from_db(from_queryset=Inquiry.objects.select_for_update())


def changed_facts(was: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    """Those of `facts` that somebody changed who was shown `was`, in the form of `Inquiry.facts`."""
    wanted = {
        name: {str(getattr(option, "pk", option)) for option in value} if name == "filter_options" else value.strip()
        for name, value in facts.items()
    }
    return {name: value for name, value in wanted.items() if name not in was or value != was[name]}
