"""Amounts of money, as people write and read them."""

import re
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.translation import get_language

_AMOUNT = re.compile(r"([-−]?) ?([1-9]\d{0,2}(?:[.,' ]\d{3})+|\d+)(?:[.,](\d{1,2}))?")
SYMBOLS = {"EUR": "€", "GBP": "£", "USD": "$"}
# Position of the symbol by language; elsewhere it stands right before the number.
PATTERNS = {"fr": "{number}\u00a0{symbol}", "nl": "{symbol}\u00a0{number}"}


class AmountField(forms.DecimalField):
    """An amount in any common notation: 1850, 1.850,50, 1 850,5 or 1,850.50.

    No currency here has three decimals, so a separator before three digits groups thousands.
    """

    widget = forms.TextInput

    def to_python(self, value: Any) -> Any:
        text = re.sub(r"[\s€£$]+", " ", str(value or "")).strip()
        if match := _AMOUNT.fullmatch(text):
            text = match[1].replace("−", "-") + re.sub(r"\D", "", match[2]) + "." + (match[3] or "0")
        elif text:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        amount = super().to_python(text)
        # Turns -0 into 0.
        return abs(amount) if amount == 0 else amount


def money(amount: Decimal, currency: str) -> str:
    """Format an amount in the reader's language: "€1,850.00", "1 850,00 €", "€ 1.850,00"."""
    return _format(amount, currency, get_language() or "")


@lru_cache(maxsize=4096)
def _format(amount: Decimal, currency: str, language: str) -> str:
    """The same in the active language; a board has eighty, and a round amount is there many times."""
    number = number_format(amount, decimal_pos=2, use_l10n=True, force_grouping=True)
    symbol = SYMBOLS.get(currency)
    if symbol is None:
        # A three-letter code is separated from the number, unlike a symbol.
        pattern = "{number}\u00a0{symbol}" if language == "fr" else "{symbol}\u00a0{number}"
        return pattern.format(number=number, symbol=currency)
    return PATTERNS.get(language, "{symbol}{number}").format(number=number, symbol=symbol)
