"""Ids of other systems: UserHub's users, and cases."""

# The largest id that the database can store.
GREATEST_ID = 2**63 - 1
