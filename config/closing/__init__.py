"""An office is closed: stopped at once, given back for a month, then deleted with everything of it."""
