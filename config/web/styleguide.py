"""The style guide for staff: each component in each state, from the partials that pages use."""

from typing import Any

from django import forms
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from .toasts import MARK, SECONDS

# Names of custom properties in static/css/base.css.
SURFACES = ["sunken", "paper", "surface", "raised", "hover"]
INKS = ["ink", "ink-soft", "line", "line-strong", "accent", "accent-strong", "wait-warm", "wait-strong"]
STATUSES = ["new", "read", "replied", "wrong"]
# Ends of the class names of tags.
OFFERS = ["draft", "sent", "viewed", "accepted", "declined", "expired"]
CONTACTS = ["prospect", "scheduled", "applicant", "renter", "archived"]
ICONS = ["inbox", "users", "mail", "phone", "send", "clock", "check", "archive", "lock", "search", "undo-2", "wifi-off"]


class ExampleForm(forms.Form):
    """A field of each kind."""

    name = forms.CharField(label=_("Name"))
    email = forms.EmailField(label=_("E-mail"), required=False, help_text=_("Where your answer goes."))
    channel = forms.ChoiceField(label=_("Channel"), choices=[("email", _("E-mail")), ("phone", _("Phone"))])
    ways = forms.MultipleChoiceField(
        label=_("Channels"),
        required=False,
        choices=[("email", _("E-mail")), ("phone", _("Phone"))],
        widget=forms.CheckboxSelectMultiple,
    )
    message = forms.CharField(label=_("Your message"), widget=forms.Textarea(attrs={"rows": 4}))


def _example_messages() -> list[Message]:
    toast = f"{MARK} {SECONDS} /styleguide"
    return [
        Message(constants.INFO, gettext("Something to know.")),
        Message(constants.SUCCESS, gettext("It is saved.")),
        Message(constants.ERROR, gettext("It could not be saved.")),
        Message(constants.SUCCESS, gettext("Done, and it can be undone."), toast),
    ]


def example_context() -> dict[str, Any]:
    """Context of the page: empty, filled and refused forms, messages, and the names of tokens and icons."""
    filled = {"name": "Hélène Œuvrard", "email": "helene@example.org", "channel": "email", "message": "Bonjour !"}
    return {
        "surfaces": SURFACES,
        "inks": INKS,
        "statuses": STATUSES,
        "offer_statuses": OFFERS,
        "contact_statuses": CONTACTS,
        "icons": ICONS,
        "empty_form": ExampleForm(auto_id="empty_%s"),
        "filled_form": ExampleForm(initial=filled, auto_id="filled_%s"),
        "refused_form": ExampleForm({"email": "no address"}, auto_id="refused_%s"),
        "examples": _example_messages(),
    }


@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Show the components to staff; to others there is no such page."""
    if not request.user.is_staff:
        raise Http404
    return render(request, "web/styleguide.html", example_context())
