"""Every surface of the product."""

from collections.abc import Callable

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import include, path
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView

from config.accounts.access import open_to_tokens
from config.accounts.middleware import without_gate, without_pro
from config.accounts.views import signing
from config.api import docs
from config.web import health, mailbox, metrics, offline, policy_reports, styleguide
from config.web.csp import REPORTS_PATH

admin.site.site_header = admin.site.site_title = "Vestibule"
admin.site.site_url = "/inbox"

# One door for everybody: the admin has no sign-in page of its own.
admin_sign_in = login_not_required(RedirectView.as_view(pattern_name="accounts:sign_in", query_string=True))


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """`/`: to the inbox, or to sign in."""
    return redirect("waiting:list" if request.user.is_authenticated else "accounts:sign_in")


@login_not_required
def no_shortcut(request: HttpRequest, rest: str) -> HttpResponse:
    """The admin's "view on site" would lead any staff to the address of any Pro's row."""
    raise Http404


def for_readers(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page for everybody who is signed in, and for tokens."""
    return without_gate(without_pro(open_to_tokens(view)))


urlpatterns = [
    path("", home, name="home"),
    # Programs call these, many times a second; all others pass them by one comparison.
    path("channels/", include("contacts.conversations.provider_urls")),
    # The addresses of visitors are asked for most, and found in this order.
    path("", include("contact_requests.urls")),
    path("", include("config.accounts.urls")),
    path("", include("config.notifications.urls")),
    path("", include("config.events.urls")),
    path("", include("contacts.urls")),
    path("", include("contacts.channels.urls")),
    path("", include("contacts.conversations.urls")),
    path("", include("contacts.waiting_urls")),
    path("", include("contacts.reports.urls")),
    path("", include("inquiries.urls")),
    path("docs/api", for_readers(docs.reference), name="api_reference"),
    path("docs/api/<slug:name>.json", for_readers(docs.openapi_json), name="api_document"),
    path("admin/login/", admin_sign_in),
    path("admin/logout/", without_gate(without_pro(signing.SignOut.as_view()))),
    path("admin/r/<path:rest>", no_shortcut),
    path("admin/", admin.site.urls),
    path("styleguide", without_gate(without_pro(styleguide.styleguide)), name="styleguide"),
    path("offline", offline.offline, name="offline"),
    path("service-worker.js", offline.service_worker, name="service_worker"),
    path("manifest.webmanifest", offline.manifest, name="manifest"),
    path(REPORTS_PATH.lstrip("/"), policy_reports.policy_reports, name="policy_reports"),
    path("healthz", health.alive),
    path("metrics", metrics.metrics),
    path("readyz", health.ready),
    path("readyz/web", health.web_ready),
]

if settings.DEBUG:
    urlpatterns.append(path("mailbox", mailbox.mailbox, name="mailbox"))

handler400 = "config.web.errors.bad_request"
handler403 = "config.web.errors.forbidden"
handler404 = "config.web.errors.not_found"
handler500 = "config.web.errors.server_error"
