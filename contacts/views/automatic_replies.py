"""Settings of the automatic replies, by channel, hours and language."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods

from config.accounts.http import ProRequest
from config.accounts.middleware import for_owners
from config.accounts.models import Pro
from config.web.text import unix_lines
from config.web.toasts import toast

from ..conversations.automatic_replies import CHANNELS, Place, all_places, fill_in, keep_texts, read_texts
from ..hours.schedules import find_hours, make_schedule
from ..models.automatic_reply import MAX_TEXT

PAGE = "contacts/automatic_replies.html"
LANGUAGES = dict(settings.LANGUAGES)


class RepliesForm(forms.Form):
    """A text for each place."""

    def __init__(self, data: Any, texts: dict[Place, str]) -> None:
        super().__init__(data, initial={_name_of_place(place): text for place, text in texts.items()})
        for place in all_places():
            widget = forms.Textarea(attrs={"rows": 4, "lang": place[2]})
            label = str(LANGUAGES[place[2]])
            self.fields[_name_of_place(place)] = forms.CharField(
                label=label, required=False, max_length=MAX_TEXT, widget=widget
            )

    def texts(self) -> dict[Place, str]:
        return {place: unix_lines(self.cleaned_data[_name_of_place(place)]).strip() for place in all_places()}

    def changed(self) -> dict[Place, str]:
        """The texts that differ from the stored ones."""
        return {
            place: text for place, text in self.texts().items() if text != self.initial.get(_name_of_place(place), "")
        }


def _name_of_place(place: Place) -> str:
    channel, is_open, language = place
    return f"{channel}_{'open' if is_open else 'closed'}_{language}"


@for_owners
@require_http_methods(["GET", "HEAD", "POST"])
def automatic_replies(request: ProRequest) -> HttpResponse:
    """Show and save the texts; `preview` shows what would be sent now, and saves nothing."""
    form = RepliesForm(request.POST if request.method == "POST" else None, read_texts(request.pro))
    is_valid = form.is_bound and form.is_valid()
    if is_valid and "preview" not in request.POST:
        if changed := form.changed():
            keep_texts(request.pro, changed, by=request.user)
        toast(request, _("Saved."))
        return redirect("contacts:automatic_replies")
    previews = _fill_in(request.pro, form.texts()) if is_valid else {}
    context = {"form": form, "channels": _channels(form, previews), "has_hours": bool(find_hours(request.pro).week)}
    return render(request, PAGE, context, status=422 if form.is_bound and not is_valid else 200)


def _fill_in(pro: Pro, texts: dict[Place, str]) -> dict[Place, str]:
    schedule = make_schedule(find_hours(pro))
    return {place: fill_in(text, pro, schedule, place[2]) for place, text in texts.items() if text}


def _channels(form: RepliesForm, previews: dict[Place, str]) -> list[dict[str, Any]]:
    """Each channel with its texts outside and in office hours, and whether it has any or an error."""
    channels = []
    for channel in CHANNELS:
        groups = []
        for is_open in (False, True):
            places = [(str(channel), is_open, language) for language in LANGUAGES]
            label = pgettext("reply", "In office hours") if is_open else pgettext("reply", "Outside office hours")
            texts = [{"field": form[_name_of_place(place)], "preview": previews.get(place, "")} for place in places]
            groups.append({"label": label, "texts": texts})
        names = [_name_of_place(place) for place in all_places() if place[0] == channel]
        is_used = any(form[name].value() or form[name].errors for name in names)
        channels.append({"name": channel.label, "groups": groups, "is_open": is_used})
    return channels
