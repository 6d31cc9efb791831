from django.contrib.auth.decorators import login_not_required
from django.urls import path
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView

from .me import api
from .middleware import without_gate
from .views import (
    address,
    audit,
    colleague,
    entering,
    invitation,
    office,
    origins,
    passkeys,
    second_factor,
    second_step,
    security,
    sessions,
    settings,
    signing,
    team,
)

app_name = "accounts"

urlpatterns = [
    path("sign-in", signing.SignIn.as_view(), name="sign_in"),
    path("sign-in/passkey", second_step.passkey_sign_in, name="passkey_sign_in"),
    path("sign-in/second", second_step.second_step, name="second_step"),
    path("sign-in/go-on", second_factor.open_to_everybody(require_safe(entering.go_on)), name="go_on"),
    path("sign-out", login_not_required(signing.SignOut.as_view()), name="sign_out"),
    path("password/reset", signing.PasswordReset.as_view(), name="password_reset"),
    path("password/reset/sent", signing.PasswordResetSent.as_view(), name="password_reset_sent"),
    path(
        "password/reset/<uidb64>/<token>",
        signing.PasswordResetConfirm.as_view(),
        name="password_reset_confirm",
    ),
    path("invitation/<str:key>", invitation.invitation, name="invitation"),
    path("settings", without_gate(RedirectView.as_view(pattern_name="accounts:profile")), name="settings"),
    path("settings/signature", settings.signature, name="signature"),
    path("settings/profile", settings.profile, name="profile"),
    path("settings/office", office.office, name="office"),
    path("settings/team", team.team, name="team"),
    path("settings/team/<int:id>", colleague.colleague, name="colleague"),
    path("settings/team/<int:id>/take-out", colleague.colleague_take_out, name="colleague_take_out"),
    path("settings/absence", colleague.absence, name="absence"),
    path("settings/team/invitations", team.invitation_make, name="invitation_make"),
    path("settings/team/invitations/<int:id>/again", team.invitation_again, name="invitation_again"),
    path("settings/team/invitations/<int:id>/withdraw", team.invitation_withdraw, name="invitation_withdraw"),
    path("settings/address/<str:key>", address.address_confirm, name="address_confirm"),
    path("settings/password", signing.password_change, name="password_change"),
    path("settings/sessions", sessions.sessions, name="sessions"),
    path("settings/sessions/end", sessions.sessions_end, name="sessions_end"),
    path("settings/sessions/<slug:handle>/end", sessions.session_end, name="session_end"),
    path("settings/second-factor", second_factor.second_factor, name="second_factor"),
    path("settings/second-factor/app", second_factor.app_add, name="app_add"),
    path("settings/second-factor/app/<int:id>/remove", second_factor.app_remove, name="app_remove"),
    path("settings/second-factor/passkey", passkeys.passkey_add, name="passkey_add"),
    path("settings/second-factor/passkey/<int:id>/remove", passkeys.passkey_remove, name="passkey_remove"),
    path("settings/second-factor/codes", second_factor.codes_make, name="codes_make"),
    path("settings/security", security.security, name="security"),
    path("settings/security/<int:id>/reset", security.factor_reset, name="factor_reset"),
    path("settings/audit", audit.audit, name="audit"),
    path("settings/audit.csv", audit.audit_export, name="audit_export"),
    path("settings/tokens", settings.tokens, name="tokens"),
    path("settings/tokens/<int:id>/revoke", settings.token_revoke, name="token_revoke"),
    path("settings/tokens/<int:id>/take-over", settings.token_take_over, name="token_take_over"),
    path("settings/origins", origins.origins, name="origins"),
    path("settings/identity", settings.identity, name="identity"),
    path("settings/identity/<int:id>/file", settings.identity_file, name="identity_file"),
    *api.urls,
]
