"""Reports: how many came and were answered, by day and by what they asked about, and how long they waited.

Facts are waiting items and first responses (`facts`). A roll-up has a row for each day and value of a dimension
(`rollup`). Triggers mark the days whose facts changed, in the transaction of the change; until housekeeping has counted
such a day anew, its figures are read from the facts. So figures are never old, and a page reads few facts.
"""
