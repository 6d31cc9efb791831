"""How people write amounts of money."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

_AMOUNT = re.compile(r"([-−]?) ?([1-9]\d{0,2}(?:[.,' ]\d{3})+|\d+)(?:[.,](\d{1,2}))?")


class AmountField(forms.DecimalField):
    """An amount as people write it anywhere: 1850, 1.850,50, 1 850,5 or 1,850.50.

    As no currency here has three decimals, what stands before three digits groups them.
    """

    widget = forms.TextInput

    def to_python(self, value: Any) -> Any:
        text = re.sub(r"[\s€£$]+", " ", str(value or "")).strip()
        if found := _AMOUNT.fullmatch(text):
            text = found[1].replace("−", "-") + re.sub(r"\D", "", found[2]) + "." + (found[3] or "0")
        elif text:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        amount = super().to_python(text)
        # Nothing less than nothing.
        return abs(amount) if amount == 0 else amount
