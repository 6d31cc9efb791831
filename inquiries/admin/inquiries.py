"""Inquiries as staff see them: read, sorted and moved along, the moves by the engine alone."""

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
from contacts.models import Contact

from ..customers.profiles import retry_profile
from ..models import Attachment, Inquiry, InquiryHistory, Offer
from ..pipeline.moves import NOTE_LENGTH, InvalidTransitionError, close_inquiry, link_case, move_inquiry
from ..translations import refusal
from .filters import CaseFilter, StepFilter, WaitingFilter
from .forms import LINKED_BY_STAFF, SORTED_BY_STAFF, BoundedChoices, InquiryForm

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
    """What customers ask. The step changes by `move` and `close` alone, and what was sent is not edited."""

    form = InquiryForm
    # The first six are in sight beside the filters; who looks for the others finds them there too.
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
    ordering = ["-created_at", "-id"]
    unsearchable = ("person", "business")
    actions = ["ask_userhub_again"]
    autocomplete_fields = ["contact"]
    filter_horizontal = ["filter_options"]
    inlines = [HistoryInline, OfferInline, AttachmentInline]
    fieldsets = [
        (_("What the customer asks"), {"fields": ["reference", "pro", "inquiry_type", "subject", "letter", "budget"]}),
        (_("Set by staff"), {"fields": ["priority", "category", "case_id", "contact", "filter_options"]}),
        (_("Customer"), {"fields": ["user_id", "created_by", "source", "customer", "company", "problem"]}),
        (_("Times"), {"fields": ["created_at", "responded_at", "profile_at", "acknowledged_at", "updated_at"]}),
    ]
    own = ["reference", "letter", "customer", "company", "problem"]
    change_form_template = "admin/inquiries/inquiry/change_form.html"

    class Media:
        css = {"all": ["css/inquiries-admin.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("pro", "inquiry_type", "step")

    def get_urls(self) -> list[URLPattern]:
        views = {"move": self.move_view, "close": self.close_view}
        own = [
            path(f"<int:id>/{name}/", self.admin_site.admin_view(view), name=f"inquiries_inquiry_{name}")
            for name, view in views.items()
        ]
        return [*own, *super().get_urls()]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: its history stays, and the history keeps it."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        columns = [field.name for field in self.opts.concrete_fields]
        return [*self.own, *(name for name in columns if name not in SORTED_BY_STAFF + LINKED_BY_STAFF)]

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        return super().formfield_for_manytomany(db_field, request, **kwargs, form_class=BoundedChoices)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """The workspace's own search."""
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

    # --- What staff set

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """By the ways that the workspace takes, and no more than was changed."""
        found = Inquiry.objects.get(pk=obj.pk)
        changed = {name: form.cleaned_data[name] for name in form.changed_data}
        # The contact first: it holds the address book, which a merge holds before any inquiry.
        if "contact" in changed:
            try:
                found.link_contact(changed["contact"])
            except Contact.DoesNotExist:
                said = _("The contact was archived meanwhile; it is not linked.")
                self.message_user(request, said, messages.ERROR)
        if "case_id" in changed:
            link_case(found, changed["case_id"], by=request.user)  # type: ignore[arg-type]
        if facts := {name: changed[name] for name in SORTED_BY_STAFF if name in changed}:
            found.classify(**facts)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Not the filter options: `save_model` has set them where they were changed."""
        for formset in formsets:
            self.save_formset(request, form, formset, change=change)

    # --- Moves

    def move_view(self, request: HttpRequest, id: int) -> HttpResponse:
        """POST with `to` (a key), `note`, and the key of the step it was `seen` on."""

        def move(inquiry: Inquiry) -> None:
            to, note, seen = request.POST.get("to", ""), request.POST.get("note", ""), request.POST.get("seen")
            move_inquiry(inquiry, to=to, by=request.user, note=note, seen=seen)  # type: ignore[arg-type]

        return self._go(request, id, move)

    def close_view(self, request: HttpRequest, id: int) -> HttpResponse:
        """POST with `outcome` and `note`."""

        def close(inquiry: Inquiry) -> None:
            outcome, note = request.POST.get("outcome", ""), request.POST.get("note", "")
            close_inquiry(inquiry, outcome=outcome, by=request.user, note=note)  # type: ignore[arg-type]

        return self._go(request, id, close)

    def _go(self, request: HttpRequest, id: int, go: Callable[[Inquiry], None]) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        inquiry = self.get_object(request, str(id))
        if not self.has_change_permission(request, inquiry):
            raise PermissionDenied
        try:
            with transaction.atomic():
                go(inquiry)
                self.log_fields(request, inquiry, "step")
        except InvalidTransitionError as error:
            self.message_user(request, refusal(inquiry, error), messages.ERROR)
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), messages.ERROR)
        else:
            self.message_user(request, _now("Now on “%(step)s”.") % {"step": inquiry.step}, messages.SUCCESS)
        return redirect(CHANGE, id)

    @admin.action(permissions=["change"], description=_("Ask UserHub again"), location=EVERYWHERE)
    def ask_userhub_again(self, request: HttpRequest, queryset: QuerySet[Inquiry]) -> None:
        asked = [inquiry for inquiry in queryset.filter(profile_at=None) if retry_profile(inquiry)]
        for inquiry in asked:
            self.log_fields(request, inquiry, "profile_problem")
        text = ngettext(
            "UserHub is asked again for %(count)d inquiry.",
            "UserHub is asked again for %(count)d inquiries.",
            len(asked),
        )
        self.message_user(request, text % {"count": len(asked)}, messages.SUCCESS if asked else messages.WARNING)

    # --- What is shown

    @admin.display(description=_("reference"))
    def reference(self, inquiry: Inquiry) -> int:
        return inquiry.reference

    @admin.display(description=_("customer"))
    def full_name(self, inquiry: Inquiry) -> str:
        nobody = _now("waiting") if inquiry.is_waiting_for_profile else "–"
        return inquiry.customer_name or nobody

    @admin.display(description=pgettext_lazy("inquiry", "Created"), ordering="created_at")
    def created(self, inquiry: Inquiry) -> str:
        """In few characters, which leaves room for the others."""
        return date_format(localtime(inquiry.created_at), "SHORT_DATETIME_FORMAT")

    @admin.display(description=_("message"))
    def letter(self, inquiry: Inquiry) -> str:
        return format_html('<div class="inquiry-message">{}</div>', inquiry.message)

    @admin.display(description=_("person"))
    def customer(self, inquiry: Inquiry) -> str:
        return lines_of(inquiry.person)

    @admin.display(description=_("business"))
    def company(self, inquiry: Inquiry) -> str:
        return lines_of(inquiry.business)

    @admin.display(description=_("problem with the profile"))
    def problem(self, inquiry: Inquiry) -> str:
        return inquiry.profile_problem_shown or "–"


def lines_of(profile: dict[str, Any]) -> str:
    """Whatever is known of a profile, a line each, addresses on one."""
    texts = [
        ", ".join(filter(None, value.values())) if isinstance(value, dict) else value for value in profile.values()
    ]
    return format_html_join("", "{}<br>", ((text,) for text in texts if text)) or "–"
