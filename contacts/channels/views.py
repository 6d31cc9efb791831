"""The pro's channels: who brings their messages, where they call, and what proves who they are."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config.accounts.http import ProRequest
from config.web.limits import Limit

from ..forms import add_errors
from ..models import ChannelConnection, ChannelDelivery
from .forms import ChannelForm
from .message import SendFailedError
from .providers import provider_of

Channel = ChannelConnection.Channel
# A test of e-mail sends a mail, to whatever address a Pro has entered.
TESTS = Limit("channel-test", 20, 3600)


def _find(request: ProRequest, channel: str) -> ChannelConnection:
    """The Pro's connection of a channel, an unsaved one where there is none; 404 for a channel that there is not."""
    if channel not in Channel:
        raise Http404
    found = ChannelConnection.objects.for_pro(request.pro).filter(channel=channel).first()
    return found or ChannelConnection(pro=request.pro, channel=channel)


@require_safe
def channel_list(request: ProRequest) -> HttpResponse:
    """All channels, with how they stand."""
    found = {row.channel: row for row in ChannelConnection.objects.for_pro(request.pro)}
    rows = [found.get(channel) or ChannelConnection(pro=request.pro, channel=channel) for channel in Channel.values]
    return render(request, "channels/list.html", {"channels": rows})


@require_http_methods(["GET", "HEAD", "POST"])
def channel_edit(request: ProRequest, channel: str) -> HttpResponse:
    """Set a channel up; a secret that stands is never shown, and stays unless another one is given."""
    found = _find(request, channel)
    form = ChannelForm(found, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            saved = ChannelConnection.objects.connect(request.pro, channel, form.settings)
            messages.success(request, _("Saved."))
            if channel == Channel.TELEGRAM and form.settings["token"] and saved.is_active:
                # A bot brings nothing until Telegram knows where to.
                _try(request, saved)
            return redirect("channels:channel_edit", channel)
        except ValidationError as error:
            add_errors(form, error)
    trouble = ChannelDelivery.objects.last_trouble(found) if found.pk else ""
    context = {"connection": found, "form": form, "trouble": trouble}
    return render(request, "channels/edit.html", context, status=422 if form.is_bound else 200)


@require_POST
def channel_test(request: ProRequest, channel: str) -> HttpResponse:
    """Try the connection, with what is saved of it."""
    found = _find(request, channel)
    if found.pk is None:
        raise Http404
    _try(request, found)
    return redirect("channels:channel_edit", channel)


def _try(request: ProRequest, connection: ChannelConnection) -> None:
    """Try a connection, and say what came of it."""
    if TESTS.hit(request.pro.pk):
        messages.error(request, _("That was tried very often. Try again in an hour."))
        return
    try:
        name = provider_of(connection).test(connection)
    except SendFailedError as error:
        messages.error(request, _("That did not work: %(reason)s") % {"reason": error.reason})
    else:
        messages.success(request, _tried(connection) % {"name": name})


def _tried(connection: ChannelConnection) -> str:
    return {
        Channel.WHATSAPP: _("WhatsApp knows this number: %(name)s."),
        Channel.TELEGRAM: _("Telegram knows this bot, %(name)s, and brings its messages here from now on."),
        Channel.EMAIL: _("A test is on its way to %(name)s. When it has come back, it is the last message received."),
    }[Channel(connection.channel)]


@require_http_methods(["GET", "HEAD", "POST"])
def channel_disconnect(request: ProRequest, channel: str) -> HttpResponse:
    """End a connection; GET asks whether it is meant."""
    found = _find(request, channel)
    if found.pk is None:
        raise Http404
    if request.method != "POST":
        return render(request, "channels/disconnect.html", {"connection": found})
    found.disconnect()
    messages.success(request, _("%(channel)s is disconnected.") % {"channel": found.get_channel_display()})
    return redirect("channels:channel_list")
