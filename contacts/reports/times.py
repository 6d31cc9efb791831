"""Distributions of seconds, as numbers by bucket: they add up, and a percentile of a sum is within 2 % of the exact.

A bucket holds the seconds of equal five leading bits after the first: one second each below 64, and a 32nd of the
seconds or less from there on. Its middle is at most 1.6 % from any second in it.
"""

from collections.abc import Mapping
from fractions import Fraction
from math import ceil

# Seconds below this have a bucket of their own.
EXACT = 64
MEDIAN, NINETIETH = Fraction(1, 2), Fraction(9, 10)


def bucket_of(seconds: int) -> int:
    """The number of the bucket of so many seconds."""
    shift = max(0, seconds.bit_length() - 6)
    return (shift << 5) + (seconds >> shift)


def middle_of(bucket: int) -> int:
    """The seconds in the middle of a bucket."""
    if bucket < EXACT:
        return bucket
    shift = (bucket >> 5) - 1
    return ((bucket - (shift << 5)) << shift) + (1 << shift >> 1)


def percentile(times: Mapping[int, int], share: Fraction) -> int | None:
    """The seconds within which this share of a distribution lies, by the nearest rank; None for an empty one."""
    rank = ceil(share * sum(times.values()))
    for bucket in sorted(times):
        rank -= times[bucket]
        if rank <= 0:
            return middle_of(bucket)
    return None
