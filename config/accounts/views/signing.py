"""Signing in and out, and getting a new password."""

from typing import Any

from axes.utils import reset as reset_attempts
from django.contrib import messages
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _

from config.audit.kinds import Kind
from config.audit.recording import record_event
from config.web.limits import mailbox_of

from ..forms import OwnPasswordForm, ResetForm, SignInForm
from ..limits import attempted_email, refuse_guess, render_too_many, reset_wait
from ..middleware import without_gate
from ..passkeys import ask_passkey
from ..proof import note_proof
from ..resending import open_typed
from ..sessions import WORD, end_sessions
from .entering import begin_second_step, enter

# Django's form views take PUT for POST.
METHODS = ["get", "post", "head", "options"]


class SignIn(auth_views.LoginView):
    http_method_names = METHODS
    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return refuse_guess(request, attempted_email(request)) or super().post(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        # A wrong password keeps what was typed before the session ended.
        kept = self.request.POST.get("typed", "")
        typed, word = kept if open_typed(kept) else "", self.request.session.get(WORD)
        return super().get_context_data(**kwargs, typed=typed, word=word, passkey=ask_passkey())

    def form_valid(self, form: Any) -> HttpResponse:
        user, path, typed = form.get_user(), self.get_success_url(), self.request.POST.get("typed", "")
        if user.second_factor_at is not None:
            return begin_second_step(self.request, user, path, typed)
        return enter(self.request, user, path, typed)


class SignOut(auth_views.LogoutView):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user: Any = request.user
        if user.is_authenticated:
            record_event(Kind.SIGNED_OUT, user, pro=user.pro_id, by=user)
        response = super().post(request, *args, **kwargs)
        # Pictures of messages, and the pages that "Back" would show again. What the service worker keeps is nobody's.
        response.headers["Clear-Site-Data"] = '"cache"'
        return response


@method_decorator(login_not_required, name="dispatch")
class PasswordReset(auth_views.PasswordResetView):
    http_method_names = METHODS
    template_name = "accounts/password_reset.html"
    form_class = ResetForm
    success_url = reverse_lazy("accounts:password_reset_sent")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if wait := reset_wait(request):
            return render_too_many(request, wait)
        return super().post(request, *args, **kwargs)


@method_decorator(login_not_required, name="dispatch")
class PasswordResetSent(auth_views.PasswordResetDoneView):
    template_name = "accounts/password_reset_sent.html"


@method_decorator(login_not_required, name="dispatch")
class PasswordResetConfirm(auth_views.PasswordResetConfirmView):
    http_method_names = METHODS
    template_name = "accounts/password_reset_confirm.html"
    success_url = reverse_lazy("accounts:sign_in")

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        # The link proves the owner of the address: lift the lock that wrong guesses brought.
        reset_attempts(username=mailbox_of(form.user.email))
        record_event(Kind.PASSWORD_CHANGED, form.user, pro=form.user.pro_id, by=form.user, detail="link")
        end_sessions(form.user, by=form.user)
        messages.success(self.request, _("Your new password is set. Sign in with it."))
        return response


class PasswordChange(auth_views.PasswordChangeView):
    http_method_names = METHODS
    template_name = "accounts/password_change.html"
    form_class = OwnPasswordForm
    success_url = reverse_lazy("accounts:profile")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "request": self.request}

    def post(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        return refuse_guess(request, request.user.email) or super().post(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        note_proof(self.request)
        record_event(Kind.PASSWORD_CHANGED, form.user, pro=form.user.pro_id, by=form.user, detail="own")
        end_sessions(form.user, but=self.request.session.session_key, by=form.user)
        messages.success(self.request, _("Your new password is set."))
        return response


password_change = without_gate(PasswordChange.as_view())
