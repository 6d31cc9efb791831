"""A second wall between Pros on PostgreSQL, row-level security: docs/decisions/0015-second-wall.md."""
