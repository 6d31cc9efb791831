"""Countries by name, for the choice of public holidays."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from .public_holidays import known_countries

NAMES = {
    "AD": gettext_noop("Andorra"),
    "AT": gettext_noop("Austria"),
    "BE": gettext_noop("Belgium"),
    "CA": gettext_noop("Canada"),
    "CH": gettext_noop("Switzerland"),
    "CZ": gettext_noop("Czechia"),
    "DE": gettext_noop("Germany"),
    "DK": gettext_noop("Denmark"),
    "ES": gettext_noop("Spain"),
    "FI": gettext_noop("Finland"),
    "FR": gettext_noop("France"),
    "GB": gettext_noop("United Kingdom"),
    "IE": gettext_noop("Ireland"),
    "IT": gettext_noop("Italy"),
    "LU": gettext_noop("Luxembourg"),
    "MA": gettext_noop("Morocco"),
    "MC": gettext_noop("Monaco"),
    "NL": gettext_noop("Netherlands"),
    "NO": gettext_noop("Norway"),
    "PL": gettext_noop("Poland"),
    "PT": gettext_noop("Portugal"),
    "SE": gettext_noop("Sweden"),
    "TN": gettext_noop("Tunisia"),
    "US": gettext_noop("United States"),
}


def country_choices() -> list[tuple[str, str]]:
    """Countries by name in the reader's language, then those that have none here, by their code."""
    named = sorted(((code, _(name)) for code, name in NAMES.items()), key=lambda pair: pair[1])
    return [*named, *((code, code) for code in sorted(known_countries() - NAMES.keys()))]
