"""The audit: who did what, as rows that the database keeps from being changed. They hold ids and kinds, never words."""
