"""The steps of a pipeline as rows of a form."""

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

# Longer ones do not fit DATA_UPLOAD_MAX_NUMBER_FIELDS, nor a page.
MOST_STEPS = 30


class ColorField(forms.CharField):
    """A colour as a browser's own picker gives it, which writes its letters small."""

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
        """Not one by one: steps may swap places and keys. The formset looks at them together."""

    def validate_constraints(self) -> None:
        """The same."""


class StepFormSet(forms.BaseInlineFormSet):
    """A whole pipeline. `steps` and `removed` are what `change_pipeline` takes."""

    @cached_property
    def keys_are_fixed(self) -> bool:
        return bool(self.instance.pk) and self.instance.has_inquiries()

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if form.instance.pk and self.keys_are_fixed:
            form.fields["key"].widget.attrs["readonly"] = True
        # In a table the heads of the columns are no labels.
        for field in form.fields.values():
            field.widget.attrs["aria-label"] = field.label

    @property
    def in_order(self) -> list[Any]:
        """The forms of the steps that the pipeline shall have. Who takes the place of another goes before it when it
        comes from behind, after it when it comes from before. Who has no place goes before the first terminal step,
        as the order leads to nothing behind that one."""
        forms = [form for form in self.forms if form.instance.pk or form.has_changed()]
        forms = [form for form in forms if not (self.can_delete and self._should_delete_form(form))]  # type: ignore[attr-defined]
        placed = sorted((form for form in forms if _has_place(form)), key=_place)
        ends = (n for n, form in enumerate(placed) if form.instance.is_terminal)
        end = next(ends, len(placed))
        rest = [form for form in forms if not _has_place(form)]
        on_the_way = [form for form in rest if not form.instance.is_terminal]
        return [*placed[:end], *on_the_way, *placed[end:], *(form for form in rest if form.instance.is_terminal)]

    @property
    def steps(self) -> list[PipelineStep]:
        return [form.instance for form in self.in_order]

    @property
    def removed(self) -> list[PipelineStep]:
        named = {step.pk for step in self.steps}
        return [form.instance for form in self.initial_forms if form.instance.pk not in named]

    def clean(self) -> None:
        """Every fault, beside its field where it has one."""
        self._check_keys()
        self._check_ends()
        faults = self._faults()
        if self.instance.pk and not self.save_as_new:
            shown = {form.instance.pk for form in self.initial_forms}
            if shown != set(self.instance.steps.values_list("pk", flat=True)):
                said = _("The pipeline was changed meanwhile; nothing was saved. Look at it again.")
                faults.append(ValidationError(said, code="stale"))
        if faults:
            raise ValidationError(faults)

    def _faults(self) -> list[ValidationError]:
        """Those of no single field."""
        try:
            check_steps(self.steps)
        except ValidationError as error:
            return [fault for fault in error.error_list if fault.code in ("initial", "terminal")]
        return []

    def _check_keys(self) -> None:
        times = Counter(form.cleaned_data.get("key") for form in self.in_order)
        for form in self.in_order:
            if times[form.cleaned_data.get("key")] > 1 and "key" not in form.errors:
                form.add_error("key", _("Another step has this key too."))
            elif form.instance.pk and "key" in form.changed_data and self.keys_are_fixed:
                form.add_error("key", _("The type has inquiries: the keys of its steps stay as they are."))

    def _check_ends(self) -> None:
        initial = [form for form in self.in_order if form.instance.is_initial]
        for form in initial:
            if len(initial) > 1:
                form.add_error("is_initial", _("Another step is initial too."))
            if form.instance.is_terminal:
                form.add_error("is_terminal", _("No step is initial and terminal at once."))


def _has_place(form: Any) -> bool:
    return form.cleaned_data.get("sort_order") is not None


def _place(form: Any) -> tuple[int, int]:
    wanted, present = form.cleaned_data["sort_order"], form.initial.get("sort_order")
    if present is None:
        return wanted, -1
    return wanted, (wanted > present) - (wanted < present)


class StepInline(admin.TabularInline):
    """The steps on their type's page: who may change the type may change them."""

    model = PipelineStep
    form = StepForm
    formset = StepFormSet
    template = "admin/inquiries/inquirytype/_steps.html"
    fields = ["sort_order", *FIELDS]
    max_num = MOST_STEPS

    def get_extra(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> int:
        return 1 if obj else 4

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, validate_max=True, **kwargs)
        # A step that inquiries stand on may be removed: where they go is asked next.
        formset.form.hand_clean_DELETE = lambda form: None  # type: ignore[attr-defined]
        return formset

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, obj)

    def _may(self, request: HttpRequest, kind: Any) -> bool:
        types = self.admin_site.get_model_admin(self.parent_model)
        return types.has_change_permission(request, kind) if kind else types.has_add_permission(request)
