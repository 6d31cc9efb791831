"""Setting of a run: the size of the tables, the length of the rounds, and the Pros of three sizes."""

from dataclasses import dataclass, field
from functools import cached_property

from config.accounts.models import SCOPES, ApiToken, Pro

from .load import ROUNDS, SECONDS, SMALL_SECONDS
from .words import Shape

SHAPES = {
    ("postgresql", False): Shape(rows=1_000_000, pros=2_001),
    ("postgresql", True): Shape(rows=100_000, pros=201),
    ("sqlite", False): Shape(rows=100_000, pros=1, turn=1),
    ("sqlite", True): Shape(rows=20_000, pros=1, turn=1),
}


@dataclass
class Setting:
    """`seconds` is the length of a round; `depth` is the number of rows before a deep page."""

    shape: Shape
    is_small: bool = False
    seconds: float = SECONDS
    rounds: int = ROUNDS
    tokens: dict[int, str] = field(default_factory=dict)

    @property
    def depth(self) -> int:
        return self.shape.largest // 2

    @cached_property
    def largest(self) -> Pro:
        return Pro.objects.order_by("pk")[0]

    @cached_property
    def tenth(self) -> Pro:
        """The Pro with a tenth of the rows of the largest one."""
        return Pro.objects.order_by("pk")[1]

    @cached_property
    def usual(self) -> Pro:
        """One of the Pros with about 450 rows in each table."""
        return Pro.objects.order_by("pk")[self.shape.pros // 2]

    def token(self, pro: Pro) -> str:
        """The secret text of a token that may do everything."""
        if pro.pk not in self.tokens:
            self.tokens[pro.pk] = ApiToken.objects.issue(pro, "Benchmark", SCOPES)[1]
        return self.tokens[pro.pk]


def make_setting(vendor: str, *, is_small: bool) -> Setting:
    shape = SHAPES[vendor, is_small]
    return Setting(shape, is_small, seconds=SMALL_SECONDS) if is_small else Setting(shape)
