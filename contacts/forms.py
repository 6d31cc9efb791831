from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from config.accounts.models import Pro, User

from .book.fields import field_of, label_of, languages
from .models import Contact
from .models.contact import NameKey
from .models.note import MAX_LENGTH
from .phones import to_display

SORTS: dict[str, tuple[Any, str]] = {
    "-added": ("-created_at", "-id"),
    "added": ("created_at", "id"),
    "name": (NameKey("search_text").asc(), "id"),
    "-name": (NameKey("search_text").desc(), "-id"),
    "-changed": ("-updated_at", "-id"),
    "changed": ("updated_at", "id"),
}


def _any(choices: Any, label: Any) -> list[tuple[str, Any]]:
    return [("", label), *choices]


class SearchField(forms.CharField):
    """What somebody looks for, as far as a database can look for it: it never becomes "everybody" for being odd."""

    def to_python(self, value: Any) -> str:
        return " ".join((super().to_python(value) or "").replace("\0", " ").split())[:200]


class BookFilter(forms.Form):
    """What the list of contacts shows; everything in it lives in the URL. An unusable value counts as none."""

    q = SearchField(required=False)
    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=lambda: _any(Contact.Status.choices, _("Any status"))
    )
    role = forms.ChoiceField(label=_("Role"), required=False, choices=lambda: _any(Contact.Role.choices, _("Any role")))
    channel = forms.ChoiceField(
        label=_("Channel"), required=False, choices=lambda: _any(Contact.Channel.choices, _("Any channel"))
    )
    view = forms.ChoiceField(required=False, choices=[("archived", "")])
    sort = forms.ChoiceField(required=False, choices=[(name, "") for name in SORTS])
    page = forms.IntegerField(required=False, min_value=1, max_value=10**6)


def _text(field: str, widget: Callable[..., forms.Widget] = forms.TextInput, **attrs: str) -> forms.Field:
    # The model alone judges what is in it, so that page and API say the same.
    return forms.CharField(label=label_of(field), required=False, max_length=500, widget=widget(attrs=attrs))


def _choice(field: str) -> forms.Field:
    found = field_of(field)
    choices = _any(found.flatchoices, "–") if found.blank else found.flatchoices
    return forms.ChoiceField(label=label_of(field), required=False, choices=choices)


# How each settable field is asked for.
FIELDS: dict[str, Callable[[], forms.Field]] = {
    "name": lambda: _text("name", autocomplete="off"),
    "email": lambda: _text("email", forms.EmailInput, autocomplete="off"),
    "phone": lambda: _text("phone", autocomplete="off", inputmode="tel"),
    "status": lambda: _choice("status"),
    "role": lambda: _choice("role"),
    "channel_preference": lambda: _choice("channel_preference"),
    "language": lambda: forms.ChoiceField(label=label_of("language"), required=False, choices=languages()),
    "source": lambda: _text("source", autocomplete="off"),
    "referral_source": lambda: _text("referral_source", autocomplete="off"),
}


def add_errors(form: forms.Form, error: ValidationError) -> None:
    """Show what the model refused beside the fields it is about, or above the form."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)


class NewContactForm(forms.Form):
    """A contact written down by hand. `id` makes a form sent twice one contact."""

    id = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, pro: Pro, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pro = pro
        self.fields |= {name: make() for name, make in FIELDS.items() if name != "source"}
        self.fields["name"].required = True
        self.fields["name"].widget.attrs["autofocus"] = True
        self.fields["language"].initial = pro.language
        self.known: list[Contact] = []

    def register(self, by: User) -> Contact | None:
        """The new contact; None when the form or the model refuses it, which the form then says.

        None too when somebody is `known` by the e-mail or phone, unless "anyway" was chosen.
        """
        if not self.is_valid():
            return None
        id, contacts = self.cleaned_data["id"], Contact.objects
        fields = {name: value for name, value in self.cleaned_data.items() if value and name != "id"}
        fields["source"] = "manual"
        try:
            is_again = bool(id) and contacts.filter(pk=contacts.form_key(self.pro, id, fields)).exists()
            if not is_again and "anyway" not in self.data:
                self.known = contacts.known_by(self.pro, **fields)
                if self.known:
                    return None
            return contacts.register(self.pro, by=by, id=id, **fields)
        except ValidationError as error:
            add_errors(self, error)
            return None


class LateForm(forms.Form):
    """Edits what somebody else may edit too. `was` is what stood there when the editing began."""

    was = forms.CharField(required=False, widget=forms.HiddenInput, strip=False)
    is_late = False
    theirs: str | None = None

    def be_late(self, present: str | None = None) -> None:
        """Say that somebody was quicker: `present` is what stands there now.

        It becomes what this form knows of: to save again is then a choice, made with both in sight.
        """
        self.is_late, self.theirs = True, present
        if present is not None:
            self.data = {name: self.data[name] for name in self.data} | {self.add_prefix("was"): present}


class FactForm(LateForm):
    """One field of a contact."""

    def __init__(self, contact: Contact, field: str, data: Any = None) -> None:
        present = getattr(contact, field)
        typed = to_display(present, contact.pro.country) if field == "phone" else present
        super().__init__(data, initial={field: typed, "was": present}, auto_id=f"id_{field}_%s")
        self.field = field
        self.fields[field] = FIELDS[field]()
        if field == "language" and present not in dict(self.fields[field].choices):  # type: ignore[attr-defined]
            self.fields[field].choices = [(present, present), *self.fields[field].choices]  # type: ignore[attr-defined]
        self.fields[field].widget.attrs |= {"autofocus": True}

    @property
    def asked(self) -> forms.BoundField:
        return self[self.field]


class NoteForm(LateForm):
    """A note. `id` makes one that is sent twice one note."""

    id = forms.UUIDField(widget=forms.HiddenInput, required=False)
    body = forms.CharField(label=_("Note"), max_length=MAX_LENGTH, widget=forms.Textarea(attrs={"rows": 3}))
