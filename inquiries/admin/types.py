"""Admin of inquiry types, their pipelines and their allowed moves."""

import re
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from config.accounts.admin import InstallationAdmin

from ..models import AllowedMove, InquiryType, PipelineStep
from ..pipeline.editing import TargetStepsMissingError, allow_moves, change_pipeline, extra_moves, next_moves
from .steps import ColorField, StepFormSet, StepInline

CHANGE = "admin:inquiries_inquirytype_change"
SLUG_IS_FIXED = _("The type has inquiries, and programs use its slug, so the slug cannot change.")
TARGET_FIELD = re.compile(r"target-(\d{1,18})")


class TypeForm(forms.ModelForm):
    color = ColorField(label=_("Colour"), initial="#6B7280")

    class Meta:
        help_texts = {"sort_order": _("Inquiries submitted without a type get the first active one.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.slug_is_fixed = bool(self.instance.pk) and self.instance.has_inquiries()
        if self.slug_is_fixed and "slug" in self.fields:
            self.fields["slug"].widget.attrs["readonly"] = True
            self.fields["slug"].help_text = SLUG_IS_FIXED

    def clean_slug(self) -> str:
        if self.slug_is_fixed and "slug" in self.changed_data:
            raise ValidationError(SLUG_IS_FIXED)
        return self.cleaned_data["slug"]


@admin.register(InquiryType)
class InquiryTypeAdmin(InstallationAdmin):
    """Admin of types and their pipelines, the same for all Pros."""

    is_small = True
    form = TypeForm
    list_display = ["name", "slug", "icon", "is_active", "sort_order"]
    list_filter = ["is_active"]
    search_fields = ["name", "slug", "description"]
    ordering = ["sort_order", "id"]
    prepopulated_fields = {"slug": ["name"]}
    inlines = [StepInline]
    save_as = True
    fieldsets = [
        (None, {"fields": ["name", "slug", "description", ("icon", "icon_type", "color"), ("is_active", "sort_order")]})
    ]

    class Media:
        css = {"all": ["css/inquiries-admin.css"]}
        js = ["js/pipeline-admin.js"]

    def get_urls(self) -> list[URLPattern]:
        moves = self.admin_site.admin_view(self.moves_view)
        return [path("<int:id>/moves/", moves, name="inquiries_inquirytype_moves"), *super().get_urls()]

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Suggest a slug for a new type alone: programs know a type by its slug."""
        return {} if obj else self.prepopulated_fields

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Place a new type last: the first active one gets inquiries submitted without a type."""
        last = InquiryType.objects.aggregate(last=Max("sort_order"))["last"] or 0
        return {"sort_order": last + 1} | super().get_changeform_initial_data(request)

    # --- The page of a type, and the question where its inquiries go

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except TargetStepsMissingError as question:
            return self._ask_for_targets(request, object_id, question)
        except ValidationError as error:
            # Changed between the validation of the form and the lock.
            self.message_user(request, " ".join(error.messages), messages.ERROR)
            return redirect(request.path)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        if context["original"]:
            context |= {"pipeline": pipeline_rows(context["original"])}
        return super().render_change_form(request, context, *args, **kwargs)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        if not isinstance(formset, StepFormSet):
            return super().save_formset(request, form, formset, change)
        formset.save(commit=False)  # sets the changes that the admin's log shows
        targets = {
            int(match[1]): request.POST[name] for name in request.POST if (match := TARGET_FIELD.fullmatch(name))
        }
        count = change_pipeline(
            form.instance,
            formset.steps,
            removed=formset.removed,
            targets=targets,
            by=request.user,  # type: ignore[arg-type]
            note=request.POST.get("note", ""),
        )
        if "_saveasnew" in request.POST and request.resolver_match:
            copy_moves(request.resolver_match.kwargs["object_id"], form.instance)
        if count:
            text = ngettext(
                "%(count)d inquiry has a new history entry.",
                "%(count)d inquiries have a new history entry.",
                count,
            )
            self.message_user(request, text % {"count": count}, messages.SUCCESS)
        self._warn_of_unreached_steps(request, form.instance)

    def _warn_of_unreached_steps(self, request: HttpRequest, inquiry_type: InquiryType) -> None:
        if unreached := PipelineStep.objects.unreached(inquiry_type):
            text = _("These steps cannot be reached from the initial step: %(steps)s.")
            self.message_user(request, text % {"steps": ", ".join(map(str, unreached))}, messages.WARNING)

    def _ask_for_targets(
        self, request: HttpRequest, object_id: str | None, question: TargetStepsMissingError
    ) -> HttpResponse:
        """Show the page that asks where the inquiries go, and submits the whole form again with the answer."""
        inquiry_type = self.get_object(request, str(object_id))
        formset = self._posted_pipeline(request, inquiry_type)
        steps, is_answer = {step.key: step.label for step in formset.steps}, "_targets" in request.POST
        fields = {f"target-{item.step.pk}" for item in question.affected}
        own_fields = {"csrfmiddlewaretoken", "note", "_targets", *fields}
        context = {
            **self.admin_site.each_context(request),
            "title": _("Where do the inquiries go?"),
            "opts": self.opts,
            "original": inquiry_type,
            "media": self.media,
            "affected": [(item, is_answer and item.target not in steps) for item in question.affected],
            "steps": steps.items(),
            "note": request.POST.get("note", ""),
            "form_again": [
                (name, text) for name, texts in request.POST.lists() if name not in own_fields for text in texts
            ],
        }
        return TemplateResponse(request, "admin/inquiries/inquirytype/targets.html", context)

    def _posted_pipeline(self, request: HttpRequest, inquiry_type: InquiryType) -> Any:
        [formset], _inlines = self._create_formsets(request, inquiry_type, change=True)  # type: ignore[attr-defined]
        formset.is_valid()
        return formset

    # --- Allowed moves

    def moves_view(self, request: HttpRequest, id: int) -> HttpResponse:
        """Show the table of moves; POST saves the allowed ones, each a `move` "from-to" of primary keys of steps."""
        if request.method not in ("GET", "HEAD", "POST"):
            return HttpResponseNotAllowed(["GET", "POST"])
        inquiry_type = self.get_object(request, str(id))
        if request.method == "POST":
            return self._save_moves(request, inquiry_type)
        if not self.has_view_or_change_permission(request, inquiry_type):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": _("Allowed moves"),
            "subtitle": str(inquiry_type),
            "opts": self.opts,
            "original": inquiry_type,
            "media": self.media,
            "table": moves_table(inquiry_type),
            "steps": inquiry_type.steps.all(),
            "pipeline": pipeline_rows(inquiry_type),
            "may_change": self.has_change_permission(request, inquiry_type),
        }
        return TemplateResponse(request, "admin/inquiries/inquirytype/moves.html", context)

    def _save_moves(self, request: HttpRequest, inquiry_type: InquiryType) -> HttpResponse:
        if not self.has_change_permission(request, inquiry_type):
            raise PermissionDenied
        matches = [re.fullmatch(r"(\d{1,18})-(\d{1,18})", text) for text in request.POST.getlist("move")]
        # A malformed value becomes (0, 0), which `allow_moves` refuses.
        moves = {(int(match[1]), int(match[2])) if match else (0, 0) for match in matches}
        try:
            allow_moves(inquiry_type, moves)
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), messages.ERROR)
        else:
            # Stored in English; the admin's history page translates it.
            self.log_change(request, inquiry_type, [{"changed": {"fields": ["Allowed moves"]}}])
            self.message_user(request, _("The allowed moves are saved."), messages.SUCCESS)
            self._warn_of_unreached_steps(request, inquiry_type)
        return redirect("admin:inquiries_inquirytype_moves", inquiry_type.pk)

    # --- Deleting

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Protect types with inquiries, with one line each instead of one per inquiry."""
        counts = [(inquiry_type, inquiry_type.inquiries.count()) for inquiry_type in objs]
        protected = [
            ngettext(
                "%(type)s has %(count)d inquiry and cannot be deleted. Deactivate it instead.",
                "%(type)s has %(count)d inquiries and cannot be deleted. Deactivate it instead.",
                count,
            )
            % {"type": inquiry_type, "count": count}
            for inquiry_type, count in counts
            if count
        ]
        return ([], {}, set(), protected) if protected else super().get_deleted_objects(objs, request)


def pipeline_rows(inquiry_type: InquiryType) -> list[tuple[Any, list[Any]]]:
    """Every step in order, with the steps that extra moves lead to."""
    steps = {step.pk: step for step in inquiry_type.steps.all()}
    extra = extra_moves(inquiry_type)
    return [(step, [other for other in steps.values() if (step.pk, other.pk) in extra]) for step in steps.values()]


def moves_table(inquiry_type: InquiryType) -> list[tuple[Any, list[dict[str, Any]]]]:
    """Every step in order, with a cell for the move to each step."""
    steps, following, extra = list(inquiry_type.steps.all()), next_moves(inquiry_type), extra_moves(inquiry_type)

    def cell(start: Any, end: Any) -> dict[str, Any]:
        move = (start.pk, end.pk)
        return {"to": end, "is_self": start == end, "is_following": move in following, "is_allowed": move in extra}

    return [(start, [cell(start, end) for end in steps]) for start in steps]


def copy_moves(source: Any, inquiry_type: InquiryType) -> None:
    """Copy the allowed moves of the type `source` to its copy, between steps with the same keys."""
    with transaction.atomic():
        by_key = dict(inquiry_type.steps.values_list("key", "pk"))
        moves = AllowedMove.objects.filter(from_step__inquiry_type=source).values_list("from_step__key", "to_step__key")
        pairs = {(by_key[start], by_key[end]) for start, end in moves if start in by_key and end in by_key}
        allow_moves(inquiry_type, pairs)
