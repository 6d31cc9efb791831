"""Many values as one parameter of a query, so that its SQL is the same for few and for many."""

import json
import uuid
from dataclasses import dataclass
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, ForeignKey, Lookup


@dataclass(frozen=True)
class Many:
    """Numbers, texts or UUIDs, for `filter(field__among=…)` in the shape of a `Compiled`."""

    values: tuple[Any, ...]

    def to_parameter(self, connection: BaseDatabaseWrapper) -> Any:
        """An array on PostgreSQL, on SQLite the text of a JSON array."""
        if connection.vendor == "postgresql":
            return [*self.values]
        return json.dumps([value.hex if isinstance(value, uuid.UUID) else value for value in self.values])


@ForeignKey.register_lookup
@Field.register_lookup
class Among(Lookup[Any]):
    """Rows whose field has one of `Many` values."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        column, parameters = self.process_lhs(compiler, connection)
        is_native = connection.vendor == "postgresql"
        test = "= ANY(%s)" if is_native else "IN (SELECT value FROM json_each(%s))"
        return f"{column} {test}", [*parameters, self.rhs.to_parameter(connection)]
