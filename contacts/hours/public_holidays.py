"""Public holidays by country and region, of the package `holidays`."""

from datetime import date
from functools import cache, lru_cache
from typing import Any


@lru_cache(maxsize=500)
def public_holidays(country: str, region: str, year: int) -> frozenset[date]:
    """Days of a year on which a country, or one of its regions, does not work; none for an unknown one."""
    return frozenset(_find_holidays(country, region, year))


def name_holidays(country: str, region: str, year: int, language: str) -> list[tuple[date, str]]:
    """The same in order with their names, in the language if the package knows it, else in the country's own."""
    return sorted(_find_holidays(country, region, year, {"en": "en_US"}.get(language, language)).items())


@lru_cache(maxsize=100)
def regions_of(country: str, year: int) -> tuple[tuple[str, str], ...]:
    """Codes of the regions of a country that have other holidays in a year than all of it, each with its names."""
    if country not in known_countries():
        return ()
    aliases = _package().country_holidays(country).get_subdivision_aliases()
    everywhere = public_holidays(country, "", year)
    pairs = [(code, names[-1] if names else code) for code, names in aliases.items()]
    own = [pair for pair in pairs if public_holidays(country, pair[0], year) != everywhere]
    return tuple(sorted(own, key=lambda pair: pair[1]))


@cache
def known_countries() -> frozenset[str]:
    """Codes of the countries whose holidays are known (ISO 3166, two letters)."""
    return frozenset(_package().list_supported_countries(include_aliases=False))


def _find_holidays(country: str, region: str, year: int, language: str | None = None) -> dict[date, str]:
    try:
        return dict(_package().country_holidays(country, subdiv=region or None, years=year, language=language))
    except NotImplementedError:
        # A country or region that a later version of the package no longer knows.
        return {}


def _package() -> Any:
    # It takes 3 MB, in every process of an installation where no office closes on public holidays.
    import holidays

    return holidays
