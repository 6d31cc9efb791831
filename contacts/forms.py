from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from config.accounts.models import Pro, User
from config.web.forms import SearchField, add_errors

from .book.fields import field_label, language_choices, model_field
from .hours.reading import read_day, write_day
from .models import Contact, Erasure
from .models.kept_view import MAX_QUERY
from .models.note import MAX_LENGTH
from .models.order import LAST_WORD, NameKey
from .phones import to_display

SORTS: dict[str, tuple[Any, str]] = {
    "-added": ("-created_at", "-id"),
    "added": ("created_at", "id"),
    "name": (NameKey("search_text").asc(), "id"),
    "-name": (NameKey("search_text").desc(), "-id"),
    "-word": (LAST_WORD.desc(), "-id"),
    "word": (LAST_WORD.asc(), "id"),
    "-changed": ("-updated_at", "-id"),
    "changed": ("updated_at", "id"),
}


def _with_empty(choices: Any, label: Any) -> list[tuple[str, Any]]:
    return [("", label), *choices]


class BookFilter(forms.Form):
    """Search, filters, order and page of the list of contacts, all in the URL. An invalid value counts as none."""

    q = SearchField(required=False)
    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=lambda: _with_empty(Contact.Status.choices, _("Status"))
    )
    role = forms.ChoiceField(
        label=_("Role"), required=False, choices=lambda: _with_empty(Contact.Role.choices, _("Role"))
    )
    channel = forms.ChoiceField(
        label=_("Channel"), required=False, choices=lambda: _with_empty(Contact.Channel.choices, _("Channel"))
    )
    view = forms.ChoiceField(required=False, choices=[("archived", "")])
    sort = forms.ChoiceField(required=False, choices=[(name, "") for name in SORTS])
    page = forms.IntegerField(required=False, min_value=1, max_value=10**6)


class KeptViewForm(forms.Form):
    """Name of a list to keep, and the query string that shows it."""

    name = forms.CharField(label=_("Name of the view"), max_length=40)
    is_shared = forms.BooleanField(label=_("Share with the office"), required=False)
    query = forms.CharField(required=False, max_length=MAX_QUERY, widget=forms.HiddenInput)


def _text_field(field: str, widget: Callable[..., forms.Widget] = forms.TextInput, **attrs: str) -> forms.Field:
    # Validated by the model alone, so that page and API give the same messages.
    return forms.CharField(label=field_label(field), required=False, max_length=500, widget=widget(attrs=attrs))


def _choice_field(field: str) -> forms.Field:
    column = model_field(field)
    choices = _with_empty(column.flatchoices, "–") if column.blank else column.flatchoices
    return forms.ChoiceField(label=field_label(field), required=False, choices=choices)


# Form field of each settable field of a contact.
FIELDS: dict[str, Callable[[], forms.Field]] = {
    "name": lambda: _text_field("name", autocomplete="off"),
    "email": lambda: _text_field("email", forms.EmailInput, autocomplete="off"),
    "phone": lambda: _text_field("phone", autocomplete="off", inputmode="tel"),
    "status": lambda: _choice_field("status"),
    "role": lambda: _choice_field("role"),
    "channel_preference": lambda: _choice_field("channel_preference"),
    "language": lambda: forms.ChoiceField(label=field_label("language"), required=False, choices=language_choices()),
    "source": lambda: _text_field("source", autocomplete="off"),
    "referral_source": lambda: _text_field("referral_source", autocomplete="off"),
}


class NewContactForm(forms.Form):
    """New contact entered by hand. `id` makes a form that is sent twice one contact."""

    id = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, pro: Pro, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pro = pro
        self.fields |= {name: make() for name, make in FIELDS.items() if name != "source"}
        self.fields["name"].required = True
        self.fields["name"].widget.attrs["autofocus"] = True
        self.fields["language"].initial = pro.language
        self.same_address: list[Contact] = []

    def register(self, by: User) -> Contact | None:
        """Create the contact; None when the form has errors.

        None too when `same_address` has contacts with this e-mail or phone, unless "anyway" was sent.
        """
        if not self.is_valid():
            return None
        id, contacts = self.cleaned_data["id"], Contact.objects
        fields = {name: value for name, value in self.cleaned_data.items() if value and name != "id"}
        fields["source"] = "manual"
        try:
            is_sent_twice = bool(id) and contacts.filter(pk=contacts.make_form_id(self.pro, id, fields)).exists()
            if not is_sent_twice and "anyway" not in self.data:
                self.same_address = contacts.find_same_address(self.pro, **fields)
                if self.same_address:
                    return None
            return contacts.register(self.pro, by=by, id=id, **fields)
        except ValidationError as error:
            add_errors(self, error)
            return None


class ConcurrentForm(forms.Form):
    """Edit of a value that a colleague may edit too. `was` is the value at the beginning of the edit."""

    was = forms.CharField(required=False, widget=forms.HiddenInput, strip=False)
    is_stale = False
    # The colleague's value, unless it was deleted.
    theirs: str | None = None

    def mark_stale(self, current: str | None = None) -> None:
        """Note that a colleague changed the value to `current` meanwhile.

        `current` replaces `was`, so that saving again overwrites it, with both values in sight.
        """
        self.is_stale, self.theirs = True, current
        if current is not None:
            self.data = {name: self.data[name] for name in self.data} | {self.add_prefix("was"): current}


class FieldForm(ConcurrentForm):
    """One field of a contact."""

    def __init__(self, contact: Contact, field: str, data: Any = None) -> None:
        current = getattr(contact, field)
        displayed = to_display(current, contact.pro.country) if field == "phone" else current
        super().__init__(data, initial={field: displayed, "was": current}, auto_id=f"id_{field}_%s")
        self.field = field
        self.fields[field] = FIELDS[field]()
        if field == "language" and current not in dict(self.fields[field].choices):  # type: ignore[attr-defined]
            self.fields[field].choices = [(current, current), *self.fields[field].choices]  # type: ignore[attr-defined]
        self.fields[field].widget.attrs |= {"autofocus": True}

    @property
    def value_field(self) -> forms.BoundField:
        return self[self.field]


class NoteForm(ConcurrentForm):
    """Text of a note. `id` makes a form that is sent twice one note."""

    id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    body = forms.CharField(label=_("Note"), max_length=MAX_LENGTH, widget=forms.Textarea(attrs={"rows": 3}))


class ErasureForm(forms.Form):
    """The reason of an erasure."""

    # That of retention is the program's.
    REASONS = tuple(choice for choice in Erasure.Reason.choices if choice[0] != Erasure.Reason.RETENTION)

    reason = forms.ChoiceField(label=_("Reason"), choices=REASONS, widget=forms.RadioSelect)


class WeekForm(forms.Form):
    """The periods of each day of a week, typed as text, as short as people write them."""

    def __init__(self, data: Any, week: list[list[list[int]]], initial: Mapping[str, Any] | None = None) -> None:
        days = {f"day_{day}": write_day(periods) for day, periods in enumerate(week or [[]] * 7)}
        super().__init__(data, initial=days | dict(initial or {}))
        for day in range(7):
            self.fields[f"day_{day}"] = forms.CharField(label=WEEKDAYS[day], required=False, max_length=100)

    def days(self) -> list[Any]:
        return [self[f"day_{day}"] for day in range(7)]

    def clean(self) -> dict[str, Any]:
        """Add `week`, as it is stored: [] for one without periods, as nobody is never there."""
        week = [self._read_day(f"day_{day}") for day in range(7)]
        return {**self.cleaned_data, "week": week if any(week) else []}

    def _read_day(self, name: str) -> list[list[int]]:
        try:
            return read_day(self.cleaned_data.get(name, ""))
        except ValidationError as error:
            self.add_error(name, error)
            return []
