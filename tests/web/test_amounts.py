"""Amounts of money in the reader's language."""

from decimal import Decimal

import pytest
from django.utils.translation import override

from config.web.amounts import money, price

PRICES = {"en": "€389,000", "fr": "389\u00a0000\u00a0€", "nl": "€\u00a0389.000"}
AMOUNTS = {"en": "€1,850.50", "fr": "1\u00a0850,50\u00a0€", "nl": "€\u00a01.850,50"}


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_a_price_is_rounded_to_whole_euros(language):
    with override(language):
        written = [price(Decimal(text)) for text in ("389000", "388999.50", "389000.49")]
        assert written == [PRICES[language]] * 3


@pytest.mark.parametrize("language", ["en", "fr", "nl"])
def test_an_amount_keeps_its_cents(language):
    with override(language):
        assert money(Decimal("1850.5"), "EUR") == AMOUNTS[language]
