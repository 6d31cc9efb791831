"""Words of the audit."""

from django.utils.translation import gettext_lazy as _

from config.audit.kinds import Kind

DETAILS = {
    Kind.SETTINGS_CHANGED: {
        "notifications": _("notifications"),
        "push_device_added": _("device for pushes added"),
        "push_device_removed": _("device for pushes removed"),
    }
}
