"""Settings: profile, signature, tokens, identity check."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from config.audit.kinds import Kind
from config.audit.recording import changed_names, record_event
from config.files.storage import StorageUnavailableError
from config.web.toasts import toast

from ..forms import AddressForm, IdentityForm, PersonForm, SignatureForm, TokenForm, describe_scopes
from ..http import FETCH_LATER, ProRequest, download_document
from ..limits import address_link_wait, render_too_many
from ..middleware import for_owners, without_gate
from ..models import ApiToken, IdentityDocument, Signature
from ..new_address import ask_new_address
from ..proof import ask_password, password_again


def _save_person(request: ProRequest, form: PersonForm) -> HttpResponse:
    with transaction.atomic():
        form.save()
        record_event(Kind.SETTINGS_CHANGED, request.user, pro=request.pro, by=request.user, detail=changed_names(form))
    with override(request.user.language):
        messages.success(request, _("Saved."))
    return redirect("accounts:profile")


def _mail_link(request: ProRequest, email: str) -> HttpResponse:
    """Have the link to a new address mailed, after the password."""
    if question := ask_password(request):
        return question
    if wait := address_link_wait(request.user, email):
        return render_too_many(request, wait)
    ask_new_address(request.user, email)
    messages.success(request, _("Check your e-mail: a link is on its way to %(email)s.") % {"email": email})
    return redirect("accounts:profile")


@without_gate
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: ProRequest) -> HttpResponse:
    """Edit the user and their address: two forms, told apart by the name of the button."""
    data = request.POST or None
    person = PersonForm(data if data and "person" in data else None, instance=request.user, prefix="person")
    if person.is_bound and person.is_valid():
        return _save_person(request, person)
    moving = AddressForm(request.user, data if data and "address" in data else None, prefix="address")
    if moving.is_bound and moving.is_valid():
        return _mail_link(request, moving.cleaned_data["email"])
    context = {"person": person, "address": moving}
    return render(request, "accounts/profile.html", context, status=422 if request.method == "POST" else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def signature(request: ProRequest) -> HttpResponse:
    """Edit the user's signatures, one a language."""
    form = SignatureForm(request.user, request.POST if request.method == "POST" else None)
    if form.is_valid():
        with transaction.atomic():
            Signature.objects.write(request.user, form.texts)
            record_event(Kind.SETTINGS_CHANGED, request.user, pro=request.pro, by=request.user, detail="signature")
        toast(request, _("Saved."))
        return redirect("accounts:signature")
    return render(request, "accounts/signature.html", {"form": form}, status=422 if form.is_bound else 200)


@for_owners
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@password_again("POST")
def tokens(request: ProRequest) -> HttpResponse:
    """List the Pro's tokens; POST creates one and shows its secret, only then."""
    form = TokenForm(request.POST if request.method == "POST" else None)
    context: dict = {}
    if form.is_bound and form.is_valid():
        context["made"], context["secret"] = form.issue(request.pro, request.user)
        form = TokenForm()
    rows = ApiToken.objects.for_pro(request.pro).filter(revoked_at=None).select_related("created_by")
    tokens = [(token, describe_scopes(token.scopes)) for token in rows]
    context |= {"form": form, "tokens": tokens, "site_url": settings.SITE_URL}
    return render(request, "accounts/tokens.html", context, status=422 if form.is_bound else 200)


@for_owners
@require_POST
@password_again("POST")
def token_revoke(request: ProRequest, id: int) -> HttpResponse:
    """Revoke a token."""
    token = get_object_or_404(ApiToken.objects.for_pro(request.pro), pk=id)
    token.revoke(by=request.user)
    messages.success(
        request,
        _("The token “%(name)s” is revoked. Programs that used it are refused now.") % {"name": token.name},
    )
    return redirect("accounts:tokens")


@for_owners
@require_POST
@password_again("POST")
def token_take_over(request: ProRequest, id: int) -> HttpResponse:
    """Make a colleague's token the user's own, so that it does not end with the colleague's account."""
    token = get_object_or_404(ApiToken.objects.for_pro(request.pro).filter(revoked_at=None), pk=id)
    token.hand_over(request.user, by=request.user)
    messages.success(request, _("The token “%(name)s” is yours now.") % {"name": token.name})
    return redirect("accounts:tokens")


@for_owners
@without_gate
@require_http_methods(["GET", "HEAD", "POST"])
def identity(request: ProRequest) -> HttpResponse:
    """Show the state of the identity check; POST uploads a document."""
    form = IdentityForm(request.POST, request.FILES) if request.method == "POST" else IdentityForm()
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and not request.pro.is_gated:
        form.add_error(None, _("No identity check is required."))
    elif request.method == "POST" and form.is_valid():
        try:
            IdentityDocument.objects.submit(request.pro, form.cleaned_data["file"], by=request.user)
            messages.success(request, _("Thank you. Your document is in review."))
            return redirect("accounts:identity")
        except ValidationError as error:
            form.add_error("file", error)
        except StorageUnavailableError:
            form.add_error("file", _("The file could not be stored at the moment. Please try again in a few minutes."))
            status = 503
    document = IdentityDocument.objects.for_pro(request.pro).exclude(state="replaced").first()
    return render(request, "accounts/identity.html", {"form": form, "document": document}, status=status)


@for_owners
@without_gate
@require_safe
def identity_file(request: ProRequest, id: int) -> HttpResponseBase:
    """Download the Pro's own document."""
    document = get_object_or_404(IdentityDocument.objects.for_pro(request.pro), pk=id)
    try:
        return download_document(document, request)
    except StorageUnavailableError:
        messages.error(request, FETCH_LATER)
        return redirect("accounts:identity")
