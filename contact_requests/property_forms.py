"""Forms of properties in the workspace: a property with its texts, its pictures, the filters of the list."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from config.accounts.models import Pro, User
from config.files.storage import StorageUnavailableError
from config.limited import ProcessStoppedError
from config.web.forms import SearchField, add_errors
from config.web.text import unix_lines
from contacts.assigning.colleagues import list_colleagues

from .models import Property, PropertyPicture
from .models.property import MAX_REFERENCE, TRANSLATED
from .pictures import MAX_PICTURES, add_picture
from .properties import StalePropertyError, change_property, create_property

NOT_STORED = _("The file could not be stored at the moment. Please try again in a few minutes.")
MAX_NUMBERS = 50
ON_MARKET, GONE, UNPUBLISHED, ALL = "market", "gone", "unpublished", "all"
TABS = {
    ON_MARKET: pgettext_lazy("properties", "On the market"),
    GONE: pgettext_lazy("properties", "Gone"),
    UNPUBLISHED: pgettext_lazy("properties", "Not published"),
    ALL: pgettext_lazy("properties", "All"),
}


class PropertyFilter(forms.Form):
    """Search and tab of the list of properties, from the query string. An invalid value counts as none."""

    q = SearchField(required=False)
    show = forms.ChoiceField(required=False, choices=TABS.items())


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class PropertyForm(forms.Form):
    """A property: its facts, its texts in each language, its portal numbers."""

    FACTS = ("title", "summary", "city", "price", "state", "reference", "description", "is_published")

    title = forms.CharField(label=_("Title"), max_length=200)
    summary = forms.CharField(
        label=_("Key facts"), max_length=300, required=False, help_text=_("One line, such as 3 rooms · 68 m².")
    )
    city = forms.CharField(label=_("City"), max_length=100, required=False)
    price = forms.DecimalField(
        label=_("Price in euros"), max_digits=12, decimal_places=2, min_value=0, required=False, localize=True
    )
    state = forms.ChoiceField(label=_("State"), choices=Property.State.choices)
    reference = forms.CharField(
        label=_("Your reference"),
        max_length=MAX_REFERENCE,
        required=False,
        help_text=_("The office's own, by which e-mails and programs name the property."),
    )
    numbers = forms.CharField(
        label=_("Numbers at portals"),
        max_length=MAX_NUMBERS * 205,
        required=False,
        widget=_area(3),
        help_text=_("One a line: the number, or the portal and the number, such as portal.example: 88123."),
    )
    description = forms.CharField(label=_("Description"), max_length=10_000, required=False, widget=_area(6))
    is_published = forms.BooleanField(label=_("Visitors see its page"), required=False)
    # When the row was last changed, as the form was shown.
    read_at = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, pro: Pro, prop: Property | None = None, data: Any = None) -> None:
        self.pro, self.prop = pro, prop
        self.languages = [each for each in settings.LANGUAGES if each[0] != pro.language]
        super().__init__(data, initial=self._initial(prop) if prop else {"state": "available", "is_published": True})
        self.fields["price"].widget.attrs["inputmode"] = "decimal"
        self.facts = self.FACTS + self._add_agent()
        for language, _name in self.languages:
            self.fields |= {f"{language}_{name}": _translated(name) for name in TRANSLATED}
        # (label, value) of each fact that a colleague has stored otherwise meanwhile.
        self.theirs: list[tuple[str, str]] = []

    def _add_agent(self) -> tuple[str, ...]:
        """Let one of the colleagues be chosen as agent; nobody in an office of one."""
        colleagues = [(each.id, each.name) for each in list_colleagues(self.pro)]
        if len(colleagues) < 2:
            return ()
        self.fields["agent_id"] = forms.TypedChoiceField(
            label=_("Agent"),
            choices=[("", pgettext_lazy("agent", "Nobody")), *colleagues],
            coerce=int,
            empty_value=None,
            required=False,
            help_text=_("A colleague to whom those who ask about it are assigned."),
        )
        return ("agent_id",)

    def _initial(self, prop: Property) -> dict[str, Any]:
        texts = {
            f"{language}_{name}": text for language, each in prop.translations.items() for name, text in each.items()
        }
        numbers = "\n".join(_write_number(row.portal, row.number) for row in prop.numbers.all())
        facts = {name: getattr(prop, name) for name in (*self.FACTS, "agent_id")}
        return {**facts, **texts, "numbers": numbers, "read_at": prop.updated_at.isoformat()}

    @property
    def translations(self) -> list[tuple[str, list[forms.BoundField], bool]]:
        """(language, fields, True if one of them is filled or wrong) of each other language."""
        groups = [(name, [self[f"{code}_{text}"] for text in TRANSLATED]) for code, name in self.languages]
        return [(name, fields, any(f.value() or f.errors for f in fields)) for name, fields in groups]

    def clean_numbers(self) -> list[tuple[str, str]]:
        lines = unix_lines(self.cleaned_data["numbers"]).split("\n")
        numbers = [_read_number(line) for line in lines if line.strip()]
        if len(numbers) > MAX_NUMBERS:
            raise ValidationError(_("Use at most %(limit)d numbers."), params={"limit": MAX_NUMBERS})
        return numbers

    def clean_read_at(self) -> datetime | None:
        try:
            return datetime.fromisoformat(self.cleaned_data["read_at"]) if self.prop else None
        except ValueError:
            return None

    def store(self, by: User) -> Property | None:
        """Make or change the property; None when the form has errors, or is stale (`theirs`)."""
        if not self.is_valid():
            return None
        data = dict(self.cleaned_data)
        read_at, numbers = data.pop("read_at"), data.pop("numbers")
        fields = {name: data[name] for name in self.facts} | {"translations": self._translations(data)}
        try:
            if self.prop is None:
                return create_property(self.pro, by=by, numbers=numbers, **fields)
            return change_property(self.prop, by=by, numbers=numbers, read_at=read_at, **fields)
        except ValidationError as error:
            add_errors(self, error)
        except StalePropertyError:
            self._mark_stale(PropertyForm(self.pro, self.prop))
        return None

    def _translations(self, data: dict[str, Any]) -> dict[str, dict[str, str]]:
        kept = self.prop.translations.get(self.pro.language) if self.prop else None
        texts = {code: {name: data[f"{code}_{name}"] for name in TRANSLATED} for code, _name in self.languages}
        return {**texts, self.pro.language: kept} if kept else texts

    def _mark_stale(self, stored: "PropertyForm") -> None:
        """Show what a colleague has stored meanwhile; to send the form again overwrites it, with both in sight."""
        sent = PropertyForm(self.pro, self.prop, self.data)
        shown = [name for name in sent.changed_data if name != "read_at"]
        self.theirs = [(str(self.fields[name].label), _display(stored[name])) for name in shown]
        self.data = {**{name: self.data[name] for name in self.data}, "read_at": stored["read_at"].value()}
        self.add_error(None, _("A colleague has changed this property meanwhile. What you typed is still here."))


def _translated(name: str) -> forms.CharField:
    labels = {"title": _("Title"), "summary": _("Key facts"), "description": _("Description")}
    widget = _area(4) if name == "description" else forms.TextInput()
    return forms.CharField(label=labels[name], max_length=TRANSLATED[name], required=False, widget=widget)


def _read_number(line: str) -> tuple[str, str]:
    portal, _colon, number = line.rpartition(":")
    return portal.strip(), number.strip()


def _write_number(portal: str, number: str) -> str:
    return f"{portal}: {number}" if portal else number


def _display(field: forms.BoundField) -> str:
    """The value in words."""
    if isinstance(field.field, forms.BooleanField):
        return gettext("Yes") if field.value() else gettext("No")
    choices = dict(getattr(field.field, "choices", ()))
    return str(choices.get(field.value(), field.value() or "–"))


class PicturesField(forms.FileField):
    """Several files."""

    widget = type("PicturesInput", (forms.FileInput,), {"allow_multiple_selected": True})

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files = data or [None]
        return [super(PicturesField, self).clean(file, initial) for file in files]


class PicturesForm(forms.Form):
    """New pictures of a property."""

    uploads = PicturesField(
        label=_("Pictures"),
        max_length=200,
        help_text=_("JPEG, PNG, WebP or GIF. What a camera notes beside the picture, such as the place, is left out."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["uploads"].widget.attrs |= {"accept": "image/jpeg,image/png,image/webp,image/gif", "multiple": True}

    def add_to(self, prop: Property) -> int:
        """Store the pictures, and return how many were; the reasons of the others are errors of the form."""
        return sum(self._add(prop, file) for file in self.cleaned_data["uploads"][:MAX_PICTURES])

    def _add(self, prop: Property, file: UploadedFile) -> bool:
        try:
            add_picture(prop, file.read(), filename=file.name or "picture")
        except ValidationError as error:
            self.add_error("uploads", [f"{file.name}: {message}" for message in error.messages])
        except (StorageUnavailableError, ProcessStoppedError, OSError):
            self.add_error("uploads", f"{file.name}: {NOT_STORED}")
        else:
            return True
        return False


def read_descriptions(pictures: Sequence[PropertyPicture], data: Any) -> dict[int, str]:
    """Descriptions by the id of a picture, as the page of the property sends them."""
    return {row.pk: str(data[f"alt-{row.pk}"]).replace("\0", "") for row in pictures if f"alt-{row.pk}" in data}
