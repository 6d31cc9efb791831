"""The formset of a pipeline's steps on the page of their type."""

from collections import Counter
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from ..models import PipelineStep
from ..models.inquiry_type import check_steps, validate_color
from ..pipeline.editing import FIELDS

# More would exceed DATA_UPLOAD_MAX_NUMBER_FIELDS, and the page.
MAX_STEPS = 30


class ColorField(forms.CharField):
    """A colour chosen in the browser's picker, which sends lower-case letters."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_length=7, validators=[validate_color], widget=forms.TextInput(attrs={"type": "color"}), **kwargs
        )

    def to_python(self, value: Any) -> Any:
        return (super().to_python(value) or "").upper()

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (initial or "").upper() != (data or "").upper()


class StepForm(forms.ModelForm):
    sort_order = forms.IntegerField(label=_("Order"), required=False, min_value=1, max_value=10_000)
    color = ColorField(label=_("Colour"), initial="#6B7280")

    class Meta:
        model = PipelineStep
        fields = ["sort_order", *FIELDS]

    def validate_unique(self) -> None:
        """Skip the check of a single step: steps may swap places and keys, so the formset checks all together."""

    def validate_constraints(self) -> None:
        """Skip it, as `validate_unique`."""


class StepFormSet(forms.BaseInlineFormSet):
    """The steps of a pipeline. `steps` and `removed` are arguments of `change_pipeline`."""

    @cached_property
    def keys_are_fixed(self) -> bool:
        return bool(self.instance.pk) and self.instance.has_inquiries()

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if form.instance.pk and self.keys_are_fixed:
            form.fields["key"].widget.attrs["readonly"] = True
        # Column headings of a table do not label its fields.
        for field in form.fields.values():
            field.widget.attrs["aria-label"] = field.label

    @property
    def in_order(self) -> list[Any]:
        """The forms of the remaining steps, in the new order.

        A step moved to an occupied place goes before its step when it moved up, after it when it moved down. A step
        without a place goes before the first terminal step, as the order leads nowhere from there.
        """
        forms = [form for form in self.forms if form.instance.pk or form.has_changed()]
        forms = [form for form in forms if not (self.can_delete and self._should_delete_form(form))]  # type: ignore[attr-defined]
        placed = sorted((form for form in forms if _has_place(form)), key=_place)
        ends = (n for n, form in enumerate(placed) if form.instance.is_terminal)
        end = next(ends, len(placed))
        unplaced = [form for form in forms if not _has_place(form)]
        inner = [form for form in unplaced if not form.instance.is_terminal]
        return [*placed[:end], *inner, *placed[end:], *(form for form in unplaced if form.instance.is_terminal)]

    @property
    def steps(self) -> list[PipelineStep]:
        return [form.instance for form in self.in_order]

    @property
    def removed(self) -> list[PipelineStep]:
        remaining = {step.pk for step in self.steps}
        return [form.instance for form in self.initial_forms if form.instance.pk not in remaining]

    def clean(self) -> None:
        """Raise every error, beside its field where it has one."""
        self._check_keys()
        self._check_ends()
        errors = self._pipeline_errors()
        if self.instance.pk and not self.save_as_new:
            shown = {form.instance.pk for form in self.initial_forms}
            if shown != set(self.instance.steps.values_list("pk", flat=True)):
                text = _("The pipeline has been changed in the meantime. Nothing was saved; check it and try again.")
                errors.append(ValidationError(text, code="stale"))
        if errors:
            raise ValidationError(errors)

    def _pipeline_errors(self) -> list[ValidationError]:
        """Errors of the pipeline that belong to no single field."""
        try:
            check_steps(self.steps)
        except ValidationError as error:
            return [each for each in error.error_list if each.code in ("initial", "terminal")]
        return []

    def _check_keys(self) -> None:
        times = Counter(form.cleaned_data.get("key") for form in self.in_order)
        for form in self.in_order:
            if times[form.cleaned_data.get("key")] > 1 and "key" not in form.errors:
                form.add_error("key", _("Another step has the same key."))
            elif form.instance.pk and "key" in form.changed_data and self.keys_are_fixed:
                form.add_error("key", _("The type has inquiries, so the keys of its steps cannot change."))

    def _check_ends(self) -> None:
        initial = [form for form in self.in_order if form.instance.is_initial]
        for form in initial:
            if len(initial) > 1:
                form.add_error("is_initial", _("Only one step can be initial."))
            if form.instance.is_terminal:
                form.add_error("is_terminal", _("A step cannot be both initial and terminal."))


def _has_place(form: Any) -> bool:
    return form.cleaned_data.get("sort_order") is not None


def _place(form: Any) -> tuple[int, int]:
    new, old = form.cleaned_data["sort_order"], form.initial.get("sort_order")
    if old is None:
        return new, -1
    return new, (new > old) - (new < old)


class StepInline(admin.TabularInline):
    """The steps on the page of their type, with the permissions of the type."""

    model = PipelineStep
    form = StepForm
    formset = StepFormSet
    template = "admin/inquiries/inquirytype/_steps.html"
    fields = ["sort_order", *FIELDS]
    max_num = MAX_STEPS

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        return 1 if obj else 4

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        # Django's own absolute maximum is a thousand more, seconds of work for one forged number.
        limits = {"validate_max": True, "absolute_max": 2 * MAX_STEPS}
        formset = super().get_formset(request, obj, **limits, **kwargs)
        # A step with inquiries can be removed: the next page asks where they go.
        formset.form.hand_clean_DELETE = lambda form: None  # type: ignore[attr-defined]
        return formset

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_permitted(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_permitted(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._is_permitted(request, obj)

    def _is_permitted(self, request: HttpRequest, inquiry_type: Any) -> bool:
        types = self.admin_site.get_model_admin(self.parent_model)
        return types.has_change_permission(request, inquiry_type) if inquiry_type else types.has_add_permission(request)
