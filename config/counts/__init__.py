"""Counts that are kept, so that a total takes no longer for many rows than for few.

A model of kept counts (`KeptCount`) has a row for each group of the rows of a table: how many they are, and perhaps
sums over them. Triggers of the database keep it in the transaction of each change, by whatever way that comes: pages,
imports, deletes by cascade, raw SQL.
"""
