"""Ids of other systems: UserHub's users, and cases."""

# The greatest that the database stores.
GREATEST_ID = 2**63 - 1
