"""The kinds of inquiries, with their pipelines and what is allowed beside the next step."""

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
from ..pipeline.editing import HomesNeeded, allow_moves, change_pipeline, extra_moves, next_moves
from .steps import ColorField, StepFormSet, StepInline

CHANGE = "admin:inquiries_inquirytype_change"
SLUG_STAYS = _("The type has inquiries, and programs know it by its slug: that stays as it is.")
HOME = re.compile(r"home-(\d{1,18})")


class TypeForm(forms.ModelForm):
    color = ColorField(label=_("Colour"), initial="#6B7280")

    class Meta:
        help_texts = {"sort_order": _("The first active type takes what is sent without a type.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.slug_is_fixed = bool(self.instance.pk) and self.instance.has_inquiries()
        if self.slug_is_fixed and "slug" in self.fields:
            self.fields["slug"].widget.attrs["readonly"] = True
            self.fields["slug"].help_text = SLUG_STAYS

    def clean_slug(self) -> str:
        if self.slug_is_fixed and "slug" in self.changed_data:
            raise ValidationError(SLUG_STAYS)
        return self.cleaned_data["slug"]


@admin.register(InquiryType)
class InquiryTypeAdmin(InstallationAdmin):
    """The types and their pipelines, the same for all Pros."""

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
        """Not of a type that stands: programs know it by its slug."""
        return {} if obj else self.prepopulated_fields

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Behind all others: the first one takes what programs send without a type."""
        last = InquiryType.objects.aggregate(last=Max("sort_order"))["last"] or 0
        return {"sort_order": last + 1} | super().get_changeform_initial_data(request)

    # --- Its page, and the question where inquiries go

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except HomesNeeded as question:
            return self._ask(request, object_id, question)
        except ValidationError as error:
            # What the form could not see: it was changed between the check and the lock.
            self.message_user(request, " ".join(error.messages), messages.ERROR)
            return redirect(request.path)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        if context["original"]:
            context |= {"pipeline": pipeline_of(context["original"])}
        return super().render_change_form(request, context, *args, **kwargs)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        if not isinstance(formset, StepFormSet):
            return super().save_formset(request, form, formset, change)
        formset.save(commit=False)  # which notes what the row's history of changes says
        homes = {int(found[1]): request.POST[name] for name in request.POST if (found := HOME.fullmatch(name))}
        count = change_pipeline(
            form.instance,
            formset.steps,
            removed=formset.removed,
            homes=homes,
            by=request.user,  # type: ignore[arg-type]
            note=request.POST.get("note", ""),
        )
        if "_saveasnew" in request.POST and request.resolver_match:
            copy_moves(request.resolver_match.kwargs["object_id"], form.instance)
        if count:
            text = ngettext(
                "%(count)d inquiry has a new row in its history.",
                "%(count)d inquiries have a new row in their history.",
                count,
            )
            self.message_user(request, text % {"count": count}, messages.SUCCESS)
        self._warn_of_unreached(request, form.instance)

    def _warn_of_unreached(self, request: HttpRequest, kind: InquiryType) -> None:
        if unreached := PipelineStep.objects.unreached(kind):
            text = _("Neither the order nor an allowed move leads from the initial step to: %(steps)s.")
            self.message_user(request, text % {"steps": ", ".join(map(str, unreached))}, messages.WARNING)

    def _ask(self, request: HttpRequest, object_id: str | None, question: HomesNeeded) -> HttpResponse:
        """The page that asks where the inquiries go, and sends the whole form again with the answer."""
        kind = self.get_object(request, str(object_id))
        formset = self._posted_pipeline(request, kind)
        steps, is_answer = {step.key: step.label for step in formset.steps}, "_homes" in request.POST
        own = {"csrfmiddlewaretoken", "note", "_homes", *(f"home-{one.step.pk}" for one in question.affected)}
        context = {
            **self.admin_site.each_context(request),
            "title": _("Where do the inquiries go?"),
            "opts": self.opts,
            "original": kind,
            "media": self.media,
            "affected": [(one, is_answer and one.home not in steps) for one in question.affected],
            "steps": steps.items(),
            "note": request.POST.get("note", ""),
            "form_again": [(name, text) for name, texts in request.POST.lists() if name not in own for text in texts],
        }
        return TemplateResponse(request, "admin/inquiries/inquirytype/homes.html", context)

    def _posted_pipeline(self, request: HttpRequest, kind: InquiryType) -> Any:
        [formset], _inlines = self._create_formsets(request, kind, change=True)  # type: ignore[attr-defined]
        formset.is_valid()
        return formset

    # --- Allowed moves

    def moves_view(self, request: HttpRequest, id: int) -> HttpResponse:
        """The table of moves; POST with `move` ("from-to", keys in the database) for each that is allowed."""
        if request.method not in ("GET", "HEAD", "POST"):
            return HttpResponseNotAllowed(["GET", "POST"])
        kind = self.get_object(request, str(id))
        if request.method == "POST":
            return self._allow(request, kind)
        if not self.has_view_or_change_permission(request, kind):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": _("Allowed moves"),
            "subtitle": str(kind),
            "opts": self.opts,
            "original": kind,
            "media": self.media,
            "table": table_of(kind),
            "steps": kind.steps.all(),
            "pipeline": pipeline_of(kind),
            "may_change": self.has_change_permission(request, kind),
        }
        return TemplateResponse(request, "admin/inquiries/inquirytype/moves.html", context)

    def _allow(self, request: HttpRequest, kind: InquiryType) -> HttpResponse:
        if not self.has_change_permission(request, kind):
            raise PermissionDenied
        texts = [re.fullmatch(r"(\d{1,18})-(\d{1,18})", text) for text in request.POST.getlist("move")]
        # (0, 0) is no move, which the model says.
        wanted = {(int(found[1]), int(found[2])) if found else (0, 0) for found in texts}
        try:
            allow_moves(kind, wanted)
        except ValidationError as error:
            self.message_user(request, " ".join(error.messages), messages.ERROR)
        else:
            # Kept in English; the history page translates it.
            self.log_change(request, kind, [{"changed": {"fields": ["Allowed moves"]}}])
            self.message_user(request, _("The allowed moves are saved."), messages.SUCCESS)
            self._warn_of_unreached(request, kind)
        return redirect("admin:inquiries_inquirytype_moves", kind.pk)

    # --- Deleting

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """A type with inquiries stays; said in one line, not with every inquiry."""
        counts = [(kind, kind.inquiries.count()) for kind in objs]
        used = [
            ngettext(
                "%(type)s has %(count)d inquiry and stays; take away its check mark “active” instead.",
                "%(type)s has %(count)d inquiries and stays; take away its check mark “active” instead.",
                count,
            )
            % {"type": kind, "count": count}
            for kind, count in counts
            if count
        ]
        return ([], {}, set(), used) if used else super().get_deleted_objects(objs, request)


def pipeline_of(kind: InquiryType) -> list[tuple[Any, list[Any]]]:
    """Every step in order with the steps that extra moves lead to, as it is stored."""
    steps = {step.pk: step for step in kind.steps.all()}
    extra = extra_moves(kind)
    return [(step, [other for other in steps.values() if (step.pk, other.pk) in extra]) for step in steps.values()]


def table_of(kind: InquiryType) -> list[tuple[Any, list[dict[str, Any]]]]:
    """Every step in order with a cell for each step that a move may lead to."""
    steps, given, extra = list(kind.steps.all()), next_moves(kind), extra_moves(kind)

    def cell(start: Any, end: Any) -> dict[str, Any]:
        move = (start.pk, end.pk)
        return {"to": end, "is_self": start == end, "is_given": move in given, "is_allowed": move in extra}

    return [(start, [cell(start, end) for end in steps]) for start in steps]


def copy_moves(source: Any, kind: InquiryType) -> None:
    """Allow in a copied type what its source allows, between the steps that have the same keys."""
    with transaction.atomic():
        by_key = dict(kind.steps.values_list("key", "pk"))
        moves = AllowedMove.objects.filter(from_step__inquiry_type=source).values_list("from_step__key", "to_step__key")
        pairs = {(by_key[start], by_key[end]) for start, end in moves if start in by_key and end in by_key}
        allow_moves(kind, pairs)
