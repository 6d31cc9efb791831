"""Amounts of money, as people write them."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

_AMOUNT = re.compile(r"([-−]?) ?([1-9]\d{0,2}(?:[.,' ]\d{3})+|\d+)(?:[.,](\d{1,2}))?")


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
