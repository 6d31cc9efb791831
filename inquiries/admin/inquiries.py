"""Admin of inquiries: staff read, classify, link and move them."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.timezone import localtime
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from config.accounts.admin import TenantAdmin
from config.web.admin import EVERYWHERE, ReadOnlyInline, searchable
from contacts.models import Contact, StaleEditError

from ..customers.profiles import retry_profile
from ..linking import link_contact
from ..models import Attachment, Inquiry, InquiryHistory, Offer
from ..pipeline.moves import NOTE_LENGTH, InvalidTransitionError, close_inquiry, link_case, move_inquiry
from ..translations import describe_refusal
from .filters import CaseFilter, StepFilter, WaitingFilter
from .forms import CLASSIFICATION_FIELDS, LINK_FIELDS, InquiryForm

CHANGE = "admin:inquiries_inquiry_change"


class HistoryInline(ReadOnlyInline):
    model = InquiryHistory
    verbose_name_plural = _("History")
    fields = ["created_at", "from_label", "to_label", "by_name", "changed_by", "note"]


class AttachmentInline(ReadOnlyInline):
    model = Attachment
    fields = ["filename", "mime_type", "size", "uploaded_by", "created_at"]
    readonly_fields = ["created_at"]


class OfferInline(ReadOnlyInline):
    model = Offer
    fields = ["title", "amount", "currency", "status", "valid_until", "made_by_name", "sent_at", "answered_at"]
    readonly_fields = ["status", "made_by_name", "sent_at", "answered_at"]


@admin.register(Inquiry)
class InquiryAdmin(TenantAdmin):
    """Admin of inquiries. The step changes by moves alone, and submitted texts are read-only."""

    form = InquiryForm
    # The first six columns fit beside the filters.
    list_display = [
        "reference",
        "subject",
        "full_name",
        "step",
        "status",
        "created",
        "priority",
        "pro",
        "inquiry_type",
    ]
    list_display_links = ["reference", "subject"]
    list_filter = [
        "status",
        "inquiry_type",
        StepFilter,
        "priority",
        WaitingFilter,
        CaseFilter,
        "created_at",
        "pro",
    ]
    list_select_related = ["pro", "inquiry_type", "step"]
    search_fields = ["search_text"]
    ordering = ["-id"]
    unsearchable = ("person", "business")
    actions = ["ask_userhub_again"]
    autocomplete_fields = ["contact"]
    filter_horizontal = ["filter_options"]
    inlines = [HistoryInline, OfferInline, AttachmentInline]
    fieldsets = [
        (
            _("Question of the customer"),
            {"fields": ["reference", "pro", "inquiry_type", "subject", "letter", "budget"]},
        ),
        (_("Set by staff"), {"fields": ["priority", "category", "case_id", "contact", "filter_options"]}),
        (_("Customer"), {"fields": ["user_id", "created_by", "source", "customer", "company", "problem"]}),
        (_("Times"), {"fields": ["created_at", "responded_at", "profile_at", "acknowledged_at", "updated_at"]}),
    ]
    display_fields = ["reference", "letter", "customer", "company", "problem"]
    change_form_template = "admin/inquiries/inquiry/change_form.html"

    class Media:
        css = {"all": ["css/inquiries-admin.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("pro", "inquiry_type", "step")

    def get_urls(self) -> list[URLPattern]:
        views = {"move": self.move_view, "close": self.close_view}
        move_urls = [
            path(f"<int:id>/{name}/", self.admin_site.admin_view(view), name=f"inquiries_inquiry_{name}")
            for name, view in views.items()
        ]
        return [*move_urls, *super().get_urls()]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse deletion: history rows cannot be deleted, and they protect their inquiry."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        columns = [field.name for field in self.opts.concrete_fields]
        return [*self.display_fields, *(name for name in columns if name not in CLASSIFICATION_FIELDS + LINK_FIELDS)]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Search as the workspace does."""
        return queryset.search(searchable(search_term)), False  # type: ignore[attr-defined]

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        inquiry = context["original"]
        may_move = self.has_change_permission(request, inquiry)
        context |= {
            "moves": inquiry.allowed_steps() if may_move else [],
            "may_close": may_move and not inquiry.step.is_terminal,
            "outcomes": Inquiry.Outcome.choices,
            "note_length": NOTE_LENGTH,
        }
        return super().render_change_form(request, context, *args, **kwargs)

    # --- Saving

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save the changed fields with the verbs that the workspace uses."""
        inquiry = Inquiry.objects.get(pk=obj.pk)
        changed = {name: form.cleaned_data[name] for name in form.changed_data}
        # The contact first: it locks the address book, which a merge locks before any inquiry.
        if "contact" in changed:
            try:
                link_contact(inquiry, changed["contact"])
            except Contact.DoesNotExist:
                text = _("The contact has been archived and was not linked.")
                self.message_user(request, text, messages.ERROR)
        if "case_id" in changed:
            self._link_case(request, inquiry, form)
        if values := {name: changed[name] for name in CLASSIFICATION_FIELDS if name in changed}:
            inquiry.classify(**values)

    def _link_case(self, request: HttpRequest, inquiry: Inquiry, form: InquiryForm) -> None:
        case_id = form.cleaned_data["case_id"]
        try:
            link_case(inquiry, case_id, by=request.user, was=form.shown_case)  # type: ignore[arg-type]
        except StaleEditError:
            text = _("Somebody changed the case meanwhile, and it was not linked.")
            self.message_user(request, text, messages.ERROR)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save the inlines, but not the filter options, which `save_model` has saved."""
        for formset in formsets:
            self.save_formset(request, form, formset, change=change)

    # --- Moves

    def move_view(self, request: HttpRequest, id: int) -> HttpResponse:
        """Move to the step with the key `to`, with a `note`; `seen` is the key of the step that the page showed."""

        def move(inquiry: Inquiry) -> None:
            to, note = request.POST.get("to", ""), request.POST.get("note", "")
            by, expected_step = request.user, request.POST.get("seen")
            move_inquiry(inquiry, to=to, by=by, note=note, expected_step=expected_step)  # type: ignore[arg-type]

        return self._apply_move(request, id, move)

    def close_view(self, request: HttpRequest, id: int) -> HttpResponse:
        """Close with `outcome` and `note`."""

        def close(inquiry: Inquiry) -> None:
            outcome, note = request.POST.get("outcome", ""), request.POST.get("note", "")
            close_inquiry(inquiry, outcome=outcome, by=request.user, note=note)  # type: ignore[arg-type]

        return self._apply_move(request, id, close)

    def _apply_move(self, request: HttpRequest, id: int, move: Callable[[Inquiry], None]) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        inquiry = self.get_object(request, str(id))
        if not self.has_change_permission(request, inquiry):
            raise PermissionDenied
        try:
            with transaction.atomic():
                move(inquiry)
                self.log_fields(request, inquiry, "step")
        except InvalidTransitionError as error:
            self.message_user(request, describe_refusal(inquiry, error), messages.ERROR)
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), messages.ERROR)
        else:
            self.message_user(request, _now("Now on “%(step)s”.") % {"step": inquiry.step}, messages.SUCCESS)
        return redirect(CHANGE, id)

    @admin.action(permissions=["change"], description=_("Ask UserHub again"), location=EVERYWHERE)
    def ask_userhub_again(self, request: HttpRequest, queryset: QuerySet[Inquiry]) -> None:
        retried = [inquiry for inquiry in queryset.filter(profile_at=None) if retry_profile(inquiry)]
        for inquiry in retried:
            self.log_fields(request, inquiry, "profile_problem")
        text = ngettext(
            "UserHub is asked again for %(count)d inquiry.",
            "UserHub is asked again for %(count)d inquiries.",
            len(retried),
        )
        self.message_user(request, text % {"count": len(retried)}, messages.SUCCESS if retried else messages.WARNING)

    # --- Columns and read-only fields

    @admin.display(description=_("reference"))
    def reference(self, inquiry: Inquiry) -> int:
        return inquiry.reference

    @admin.display(description=_("customer"))
    def full_name(self, inquiry: Inquiry) -> str:
        placeholder = _now("waiting") if inquiry.is_waiting_for_profile else "–"
        return inquiry.customer_name or placeholder

    @admin.display(description=pgettext_lazy("inquiry", "Created"), ordering="created_at")
    def created(self, inquiry: Inquiry) -> str:
        """The short format, which leaves room for other columns."""
        return date_format(localtime(inquiry.created_at), "SHORT_DATETIME_FORMAT")

    @admin.display(description=_("message"))
    def letter(self, inquiry: Inquiry) -> str:
        return format_html('<div class="inquiry-message">{}</div>', inquiry.message)

    @admin.display(description=_("person"))
    def customer(self, inquiry: Inquiry) -> str:
        return profile_lines(inquiry.person)

    @admin.display(description=_("business"))
    def company(self, inquiry: Inquiry) -> str:
        return profile_lines(inquiry.business)

    @admin.display(description=_("problem with the profile"))
    def problem(self, inquiry: Inquiry) -> str:
        return inquiry.translated_profile_problem or "–"


def profile_lines(profile: dict[str, Any]) -> str:
    """The known values of a profile, one per line, an address on one line."""
    texts = [
        ", ".join(filter(None, value.values())) if isinstance(value, dict) else value for value in profile.values()
    ]
    return format_html_join("", "{}<br>", ((text,) for text in texts if text)) or "–"
