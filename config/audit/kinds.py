"""Kinds of events of the audit."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Kind(TextChoices):
    """The kind of an event. A new one needs no migration; one that was used stays, as its rows do."""

    SIGNED_IN = "signed_in", _("Signed in")
    SIGN_IN_FAILED = "sign_in_failed", _("Sign-in failed")
    SIGNED_OUT = "signed_out", _("Signed out")
    SESSION_ENDED = "session_ended", _("Session ended")
    PASSWORD_CHANGED = "password_changed", _("Password changed")
    SECOND_FACTOR_CHANGED = "second_factor_changed", _("Second factor changed")
    ADDRESS_CHANGED = "address_changed", _("Sign-in address changed")
    SETTINGS_CHANGED = "settings_changed", _("Settings changed")
    INVITED = "invited", _("Invited")
    INVITATION_WITHDRAWN = "invitation_withdrawn", _("Invitation withdrawn")
    JOINED = "joined", _("Joined the office")
    ROLE_CHANGED = "role_changed", _("Role changed")
    TAKEN_OUT = "taken_out", _("Taken out of the office")
    TOKEN_MADE = "token_made", _("Token made")
    TOKEN_REVOKED = "token_revoked", _("Token revoked")
    TOKEN_HANDED_OVER = "token_handed_over", _("Token handed over")
    CHANNEL_CONNECTED = "channel_connected", _("Channel connected")
    CHANNEL_CHANGED = "channel_changed", _("Channel changed")
    CHANNEL_DISCONNECTED = "channel_disconnected", _("Channel disconnected")
    CONTACT_VIEWED = "contact_viewed", _("Contact viewed")
    PROPERTY_MADE = "property_made", _("Property made")
    PROPERTY_CHANGED = "property_changed", _("Property changed")
    PROPERTY_DELETED = "property_deleted", _("Property deleted")
    ENDPOINT_MADE = "endpoint_made", _("Webhook made")
    ENDPOINT_CHANGED = "endpoint_changed", _("Webhook changed")
    ENDPOINT_DELETED = "endpoint_deleted", _("Webhook deleted")
    MANY_CHANGED = "many_changed", _("Many changed at once")
    MANY_UNDONE = "many_undone", _("Change of many undone")
    EXPORTED = "exported", _("Exported")
    DOWNLOADED = "downloaded", _("File downloaded")
    RELEASED = "released", _("Released from quarantine")
    PROFILE_GIVEN = "profile_given", _("Customer's profile given")
    ERASURE_PLANNED = "erasure_planned", _("Erasure planned")
    ERASURE_UNDONE = "erasure_undone", _("Erasure undone")
    ERASED = "erased", _("Erased")
    OFFICE_CLOSED = "office_closed", _("Office closed")
    OFFICE_REOPENED = "office_reopened", _("Office reopened")
    OFFICE_DELETED = "office_deleted", _("Office deleted")
    ADMIN_CHANGED = "admin_changed", _("Changed by staff")
