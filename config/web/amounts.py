"""Amounts of money in the reader's language."""

from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from django.utils.formats import number_format
from django.utils.translation import get_language

SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$"}
# Position of the symbol by language; elsewhere it stands right before the number.
PATTERNS = {"fr": "{number}\u00a0{symbol}", "nl": "{symbol}\u00a0{number}"}


def money(amount: Decimal, currency: str) -> str:
    """Format an amount with its cents: "€1,850.00", "1 850,00 €", "€ 1.850,00"."""
    return _format(amount, currency, 2, get_language() or "")


def price(amount: Decimal) -> str:
    """Format a price in whole euros: "€389,000", "389 000 €", "€ 389.000"."""
    return _format(amount.quantize(Decimal(1), ROUND_HALF_UP), "EUR", 0, get_language() or "")


@lru_cache(maxsize=4096)
def _format(amount: Decimal, currency: str, decimals: int, language: str) -> str:
    """The same in the active language; a board has eighty, and a round amount is there many times."""
    number = number_format(amount, decimal_pos=decimals, use_l10n=True, force_grouping=True)
    symbol = SYMBOLS.get(currency)
    if symbol is None:
        # A three-letter code is separated from the number, unlike a symbol.
        pattern = "{number}\u00a0{symbol}" if language == "fr" else "{symbol}\u00a0{number}"
        return pattern.format(number=number, symbol=currency)
    return PATTERNS.get(language, "{symbol}{number}").format(number=number, symbol=symbol)
