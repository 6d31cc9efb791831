"""The form of an office's page in the settings."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from config.accounts.models import Pro, User
from config.web.forms import add_errors

from .models import OfficePage
from .office import keep_office_page, propose_slug


class OfficePageForm(forms.Form):
    """Address and words of the page, and whether visitors see it."""

    slug = forms.SlugField(
        label=_("Address"), max_length=60, help_text=_("The last part of it, such as harbour-homes.")
    )
    introduction = forms.CharField(
        label=_("Introduction"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    is_published = forms.BooleanField(label=_("Visitors see the page of the office"), required=False)

    def __init__(self, pro: Pro, page: OfficePage | None, data: Any = None) -> None:
        self.pro = pro
        initial = {name: getattr(page, name) for name in ("slug", "introduction", "is_published")} if page else {}
        super().__init__(data, initial=initial or {"slug": propose_slug(pro), "is_published": True})

    def store(self, by: User) -> OfficePage | None:
        """Make or change the page; None when the form has errors."""
        if not self.is_valid():
            return None
        try:
            return keep_office_page(self.pro, by=by, **self.cleaned_data)
        except ValidationError as error:
            add_errors(self, error)
            return None
