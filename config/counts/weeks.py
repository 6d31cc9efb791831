"""Counts by the week in which a row was made, so that a page far down in a list skips whole weeks.

`until` is the day after the last of a week, in UTC: the next Monday.
"""

WEEK = {
    "postgresql": "(CAST(date_trunc('week', {row}.created_at AT TIME ZONE 'UTC') AS date) + 7)",
    # The next Sunday, or the day itself, and one more. Of the day alone: SQLite rounds the last moment of a day up.
    "sqlite": "date(substr({row}.created_at, 1, 10), 'weekday 0', '+1 day')",
}
