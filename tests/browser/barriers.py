"""Barriers on pages: axe on a phone and a wide screen, in both colour schemes."""

from typing import Any, Literal

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

# The rules of axe that look at colours; no other one can tell the schemes apart. They take most of its time.
COLOUR_RULES = ["color-contrast", "link-in-text-block"]
ONLY_COLOURS = {"runOnly": {"type": "rule", "values": COLOUR_RULES}}
Scheme = Literal["light", "dark"]
# The schemes whose colours are looked at, by width; with --every-combination both at each.
SCHEMES: dict[int, tuple[Scheme, ...]] = {375: ("dark",), 1280: ("light",)}
EVERY_SCHEME: tuple[Scheme, ...] = ("dark", "light")
NO_COLOURS = {"rules": {rule: {"enabled": False} for rule in COLOUR_RULES}}
# [[rule, [HTML of the first elements]]…]; results that nobody reads are not sent.
RUN = """async ([parts, options]) => {
  // Ended and not waited for: a window that nobody sees may never end them. A colour that is inherited moves on in the
  // children when it has arrived in the parent.
  for (let round = 0; round < 100; round++) {
    const moving = document.getAnimations().filter((each) => each.playState === "running");
    if (!moving.length) break;
    for (const each of moving) try { each.finish(); } catch { each.cancel(); }
  }
  const context = parts.length ? { include: parts.map((part) => [part]) } : document;
  const { violations } = await axe.run(context, { resultTypes: ["violations"], ...options });
  return violations.map(({ id, nodes }) => [id, nodes.slice(0, 3).map((node) => node.html.slice(0, 120))]);
}"""

STICKING_OUT = """() => [...document.querySelectorAll("body *")].filter((each) =>
  each.getBoundingClientRect().right > innerWidth + 1).slice(0, 4).map((each) => each.outerHTML.slice(0, 120))"""


def violations(page: Page, *parts: str, **options: Any) -> list[Any]:
    """Run axe on the page, or on its parts with these selectors, all of which it has to have."""
    assert [part for part in parts if page.locator(part).count() == 0] == []
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    return [(page.url, *found) for found in page.evaluate(RUN, [list(parts), options])]


def barriers(page: Page, *parts: str, widths: tuple[int, ...] = (375, 1280), has_colours: bool = True) -> list[Any]:
    """Run axe on every width, and its rules about colours in the schemes of that width. The page is loaded once: it is
    laid out anew, which is what a window does that somebody resizes."""
    found = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 800})
        if not has_colours:
            found += [(width, *each) for each in violations(page, *parts, **NO_COLOURS)]
            continue
        for number, scheme in enumerate(SCHEMES[width]):
            page.emulate_media(color_scheme=scheme)
            # One run of all rules costs less than two, each of which has to read the whole page.
            rules = ONLY_COLOURS if number else {}
            found += [(width, scheme, *each) for each in violations(page, *parts, **rules)]
    return found


def too_wide(page: Page) -> list[Any]:
    """The page, when it scrolls sideways at 320 pixels, with the first elements that stick out."""
    before = page.viewport_size
    assert before
    page.set_viewport_size({"width": 320, "height": 640})
    width, window = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    found = [(page.url, width, page.evaluate(STICKING_OUT))] if width > window else []
    page.set_viewport_size(before)
    return found


def hindrances(page: Page, **options: Any) -> list[Any]:
    """All that hinders on a page: what axe finds, and scrolling sideways."""
    return barriers(page, **options) + too_wide(page)
