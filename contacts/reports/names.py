"""Names of the values of dimensions.

An app names its own in a module `reports`, by `name_values(pro, dimension, values)`: {value: name} of those among these
that are its own.
"""

from collections.abc import Collection

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from config.accounts.models import Pro, User
from config.web.hooks import hooks

from ..models import Contact

LABELS: dict[str, Promise | str] = {
    "property": gettext_lazy("Property"),
    "type": gettext_lazy("Type"),
    "source": gettext_lazy("Source"),
    "channel": gettext_lazy("Channel"),
    "person": pgettext_lazy("report", "Colleague"),
}
NONE: dict[str, Promise | str] = {
    "property": pgettext_lazy("report", "About no property"),
    "type": pgettext_lazy("report", "No inquiry"),
    "source": pgettext_lazy("report", "No source"),
    "channel": pgettext_lazy("report", "Otherwise"),
    "person": pgettext_lazy("report", "Nobody, or a program"),
}
GONE: dict[str, Promise | str] = {
    "property": pgettext_lazy("report", "A property that was deleted"),
    "type": pgettext_lazy("report", "A type that was deleted"),
    "person": pgettext_lazy("report", "Somebody who was deleted"),
}


def name_values(pro: Pro, dimension: str, values: Collection[str]) -> dict[str, str]:
    """A name for each of these values of a dimension."""
    named = {value for value in values if value}
    found = {"": str(NONE[dimension])} | (_own_names(pro, dimension, named) if named else {})
    return {value: found.get(value) or str(GONE.get(dimension, value)) for value in values}


def _own_names(pro: Pro, dimension: str, values: Collection[str]) -> dict[str, str]:
    if dimension == "channel":
        return {**{str(key): str(label) for key, label in Contact.Channel.choices}, "form": pgettext("channel", "Form")}
    if dimension == "person":
        return {str(user.pk): str(user) for user in User.objects.filter(pro=pro, pk__in=values)}
    found: dict[str, str] = {}
    for module in hooks("reports", "name_values"):
        found |= module.name_values(pro, dimension, values)
    return found


def duration(seconds: int | None) -> str:
    """Seconds for readers: "40 s", "12 min", "3 h 05"; "–" for none."""
    if seconds is None:
        return "–"
    if seconds < 60:
        return _("%(n)d s") % {"n": seconds}
    minutes = (seconds + 30) // 60
    if minutes < 60:
        return _("%(n)d min") % {"n": minutes}
    return _("%(hours)d h %(minutes)02d") % {"hours": minutes // 60, "minutes": minutes % 60}


def percent(share: float | None) -> str:
    """A share for readers: "83 %", rounded down, so that 100 % is all; "–" for none."""
    return "–" if share is None else _("%(n)d %%") % {"n": int(share * 100 + 1e-9)}
