"""Distributions of seconds: exact below a minute, and within 2 % above; sums of them are the distribution of all."""

import random
from collections import Counter
from fractions import Fraction
from math import ceil

from contacts.reports.times import EXACT, MEDIAN, NINETIETH, bucket_of, middle_of, percentile


def test_a_bucket_is_exact_or_within_two_percent(subtests):
    numbers = [*range(5000), *(2**n + d for n in range(12, 32) for d in (-1, 0, 1)), 2**31 - 1]
    assert [middle_of(bucket_of(n)) for n in range(EXACT)] == [*range(EXACT)]
    far = [n for n in numbers if abs(middle_of(bucket_of(n)) - n) > 0.016 * n]
    assert far == []
    order = [bucket_of(n) for n in sorted(numbers)]
    assert order == sorted(order)


def test_percentiles_of_a_sum_are_those_of_all_seconds():
    rng = random.Random(1)
    for size in (1, 2, 3, 9, 10, 11, 1000):
        seconds = [int(rng.lognormvariate(8, 2)) for _ in range(size)]
        parts = [Counter(map(bucket_of, seconds[n::3])) for n in range(3)]
        for share in (MEDIAN, NINETIETH, Fraction(1)):
            exact = sorted(seconds)[ceil(share * size) - 1]
            assert abs(percentile(sum(parts, Counter()), share) - exact) <= 0.02 * exact


def test_nothing_has_no_percentile():
    assert percentile(Counter(), MEDIAN) is None
