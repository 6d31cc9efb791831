from decimal import Decimal

from django import template
from django.utils.formats import number_format
from django.utils.translation import get_language

register = template.Library()

SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$"}
# Position of the symbol by language; elsewhere it stands right before the number.
PATTERNS = {"fr": "{number}\u00a0{symbol}", "nl": "{symbol}\u00a0{number}"}


@register.filter
def money(amount: Decimal, currency: str) -> str:
    """Format an amount in the reader's language: "€1,850.00", "1 850,00 €", "€ 1.850,00"."""
    number = number_format(amount, decimal_pos=2, use_l10n=True, force_grouping=True)
    symbol = SYMBOLS.get(currency)
    if symbol is None:
        # A three-letter code is separated from the number, unlike a symbol.
        pattern = "{number}\u00a0{symbol}" if get_language() == "fr" else "{symbol}\u00a0{number}"
        return pattern.format(number=number, symbol=currency)
    return PATTERNS.get(get_language() or "", "{symbol}{number}").format(number=number, symbol=symbol)
