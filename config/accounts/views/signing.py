"""Signing in and out, and getting a new password."""

from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from axes.utils import reset as reset_attempts
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils import translation
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _

from config.web.limits import mailbox_of

from ..forms import ResetForm, SignInForm
from ..limits import attempted_email, locked_out, render_too_many, reset_wait, sign_in_wait
from ..middleware import without_gate
from ..resending import is_writer, open_typed, render_resend


class SignIn(auth_views.LoginView):
    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # An attempt that django-axes refuses does not count against the address, which others may sign in with.
        if not AxesProxyHandler.is_allowed(request, {"username": attempted_email(request)}):
            return locked_out(request)
        if wait := sign_in_wait(request):
            return render_too_many(request, wait)
        return super().post(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        # A wrong password keeps what was typed before the session ended.
        kept = self.request.POST.get("typed", "")
        return super().get_context_data(**kwargs, typed=kept if open_typed(kept) else "")

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        user: Any = self.request.user
        translation.activate(user.language)
        typed = open_typed(self.request.POST.get("typed", ""))
        if typed is None:
            return response
        if is_writer(user, typed):
            return render_resend(self.request, typed)
        messages.warning(self.request, _("What somebody else had typed on this device was not sent."))
        return redirect(settings.LOGIN_REDIRECT_URL)


@method_decorator(login_not_required, name="dispatch")
class PasswordReset(auth_views.PasswordResetView):
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
    template_name = "accounts/password_reset_confirm.html"
    success_url = reverse_lazy("accounts:sign_in")

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        # The link proves the owner of the address: lift the lock that wrong guesses brought.
        reset_attempts(username=mailbox_of(form.user.email))
        messages.success(self.request, _("Your new password is set. Sign in with it."))
        return response


class PasswordChange(auth_views.PasswordChangeView):
    template_name = "accounts/password_change.html"
    success_url = reverse_lazy("accounts:profile")

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        messages.success(self.request, _("Your new password is set."))
        return response


password_change = without_gate(PasswordChange.as_view())
