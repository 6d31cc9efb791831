"""Screens on which the desk is tried, and its figures, which are printed."""

import sys

DESK = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 375, "height": 740}, "has_touch": True}


def tell(figure: str) -> None:
    sys.stdout.write(f"\n{figure}\n")
