"""Settings pages of a Pro's channels."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config.accounts.http import ProRequest
from config.accounts.middleware import for_owners
from config.accounts.proof import password_again
from config.deadlines import finish_within
from config.peers import LeftAloneError, Peer
from config.web.forms import add_errors
from config.web.limits import Limit

from ..models import ChannelConnection, ChannelDelivery
from .forms import ChannelForm
from .message import SendFailedError
from .providers import provider_of

Channel = ChannelConnection.Channel
# A test of e-mail sends one, to any address that a Pro has entered.
TESTS = Limit("channel-test", 20, 3600)
# Servers that a Pro has entered are called while the browser waits: not for long, and not by all threads at once.
TEST_SECONDS = 10.0
tested = Peer(at_once=2, pause=0)


def find_connection(request: ProRequest, channel: str) -> ChannelConnection:
    """The Pro's connection of a channel, an unsaved one where there is none; 404 for an unknown channel."""
    if channel not in Channel:
        raise Http404
    connection = ChannelConnection.objects.for_pro(request.pro).filter(channel=channel).first()
    return connection or ChannelConnection(pro=request.pro, channel=channel)


def _find_saved_connection(request: ProRequest, channel: str) -> ChannelConnection:
    connection = find_connection(request, channel)
    if connection.pk is None:
        raise Http404
    return connection


@for_owners
@require_safe
def channel_list(request: ProRequest) -> HttpResponse:
    """List all channels with the state of their connections."""
    saved = {connection.channel: connection for connection in ChannelConnection.objects.for_pro(request.pro)}
    rows = [saved.get(channel) or ChannelConnection(pro=request.pro, channel=channel) for channel in Channel.values]
    return render(request, "channels/list.html", {"channels": rows})


@for_owners
@require_http_methods(["GET", "HEAD", "POST"])
def channel_edit(request: ProRequest, channel: str) -> HttpResponse:
    """Set up a channel. A saved secret is never shown, and stays unless another one is given."""
    connection = find_connection(request, channel)
    form = ChannelForm(connection, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        if form.cleaned_data.get("provider") == ChannelConnection.Provider.MAILBOX:
            query = {"address": form.cleaned_data["address"]}
            return redirect(reverse("channels:mailbox_edit", query=query if query["address"] else None))
        try:
            saved = ChannelConnection.objects.connect(request.pro, channel, form.cleaned_data, by=request.user)
            messages.success(request, _("Saved."))
            if channel == Channel.TELEGRAM and form.cleaned_data["token"] and saved.is_active:
                # Telegram delivers nothing until the webhook is registered.
                try_connection(request, saved)
            return redirect("channels:channel_edit", channel)
        except ValidationError as error:
            add_errors(form, error)
    last_error = ChannelDelivery.objects.last_error(connection) if connection.pk else ""
    context = {"connection": connection, "form": form, "last_error": last_error}
    return render(request, "channels/edit.html", context, status=422 if form.is_bound else 200)


@for_owners
@require_POST
def channel_test(request: ProRequest, channel: str) -> HttpResponse:
    """Test the saved connection."""
    try_connection(request, _find_saved_connection(request, channel))
    return redirect("channels:channel_edit", channel)


def try_connection(request: ProRequest, connection: ChannelConnection) -> None:
    """Test a connection, and add a message with the result."""
    if TESTS.hit(request.pro.pk):
        messages.error(request, _("Too many tries. Try again in an hour."))
        return
    try:
        with tested.call(), finish_within(TEST_SECONDS):
            name = provider_of(connection).check_connection(connection)
    except LeftAloneError:
        messages.error(request, _("Other channels are being tested. Try again in a few seconds."))
    except SendFailedError as error:
        messages.error(request, _("That did not work: %(reason)s") % {"reason": error.reason})
    else:
        messages.success(request, _success_text(connection) % {"name": name})


def _success_text(connection: ChannelConnection) -> str:
    if connection.provider == ChannelConnection.Provider.MAILBOX:
        return _("Signed in to both servers: %(name)s")
    return {
        Channel.WHATSAPP: _("WhatsApp knows this number: %(name)s."),
        Channel.TELEGRAM: _("Telegram knows this bot, %(name)s, and delivers its messages here from now on."),
        Channel.EMAIL: _(
            "A test e-mail was sent to %(name)s. When it comes back, it shows as the last message received."
        ),
    }[Channel(connection.channel)]


@for_owners
@require_http_methods(["GET", "HEAD", "POST"])
@password_again("POST")
def channel_disconnect(request: ProRequest, channel: str) -> HttpResponse:
    """End a connection; GET asks for confirmation."""
    connection = _find_saved_connection(request, channel)
    if request.method != "POST":
        return render(request, "channels/disconnect.html", {"connection": connection})
    connection.disconnect(by=request.user)
    messages.success(request, _("%(channel)s is disconnected.") % {"channel": connection.get_channel_display()})
    return redirect("channels:channel_list")
