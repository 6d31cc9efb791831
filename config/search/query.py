"""Reading of what somebody searches for, the same for every list."""

import re
from dataclasses import dataclass
from functools import cached_property

from .folding import fold

# Words beyond these narrow a search no further; the longest ones stay.
MAX_WORDS = 10
# A phone number or a part of one, in any country's digits.
PHONE = re.compile(r"[\d ()+./-]*\d[\d ()+./-]*")
# The 0 of "+33 (0)6 …" is not dialled from abroad.
TRUNK_ZERO = re.compile(r"(?<=\d) ?\(0\)")
# PostgreSQL stores no NUL, and neither database stores half a surrogate pair.
UNSTORABLE = re.compile(r"[\0\ud800-\udfff]")

# A row is found when its search text has, of each set, at least one term.
type Terms = list[set[str]]


@dataclass(frozen=True)
class SearchQuery:
    """A search as it was typed, `folded`: without case and accents and with single spaces."""

    folded: str

    @property
    def is_storable(self) -> bool:
        """False for text that is in no row, as neither database could hold it."""
        return not UNSTORABLE.search(self.folded)

    @property
    def is_phone(self) -> bool:
        """True for digits and what groups them in a phone number, and nothing else."""
        return bool(PHONE.fullmatch(self.folded))

    @cached_property
    def digits(self) -> str:
        """ASCII digits without the trunk zero: "+33 (0)6 12" -> "33612"."""
        return "".join(str(int(c)) for c in TRUNK_ZERO.sub("", self.folded) if c.isdecimal())

    @property
    def number(self) -> str:
        """The digits without leading zeros, of a query without letters: "(0)6 12" -> "612". "" for any other."""
        is_number = self.is_storable and not any(c.isalpha() for c in self.folded)
        return self.digits.lstrip("0") if is_number else ""

    def phrase(self) -> Terms:
        """The terms that find the query as it stands; [] finds everything."""
        return self._checked([{self.folded}] if self.folded else [])

    def words(self) -> Terms:
        """The terms that find each word, in any order; [] finds everything."""
        words = sorted(set(self.folded.split()), key=len, reverse=True)[:MAX_WORDS]
        return self._checked([{word} for word in words])

    def words_or_number(self) -> Terms:
        """As `words`; a query without letters is looked for as it stands and as a phone number however grouped.

        For search texts that hold phone numbers as digits, without the zero that is dialled at home.
        """
        return [{self.folded, self.number}] if self.number else self.words()

    def _checked(self, terms: Terms) -> Terms:
        return terms if self.is_storable else [set()]


def read_query(text: str) -> SearchQuery:
    """Read what somebody typed into a search field."""
    return SearchQuery(fold(text))
