"""Words of the audit."""

from django.utils.translation import gettext_lazy as _

from config.audit.kinds import Kind

DETAILS = {Kind.SETTINGS_CHANGED: {"notifications": _("notifications")}}
