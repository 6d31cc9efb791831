"""Plots as SVG: grouped bars, and lines over a number of rows."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from math import log10

COLOURS = ("#1f6f54", "#c2410c", "#1d4ed8", "#a16207", "#7e22ce", "#0f766e", "#be123c", "#4d7c0f", "#334155", "#9333ea")
WIDTH, LEFT, RIGHT, TOP = 900, 330, 90, 44
LINE_HEIGHT, PLOT_HEIGHT = 17, 320


def bars(title: str, unit: str, groups: Mapping[str, Mapping[str, float]]) -> str:
    """Horizontal bars, a group for each label, in it one for each name."""
    names = list(dict.fromkeys(name for group in groups.values() for name in group))
    greatest = max(value for group in groups.values() for value in group.values())
    parts, y = [], TOP + 24
    for label, group in groups.items():
        parts.append(_text(LEFT - 10, y + LINE_HEIGHT * len(group) / 2 + 4, label, anchor="end"))
        for name, value in group.items():
            width = (WIDTH - LEFT - RIGHT) * value / greatest
            colour = COLOURS[names.index(name) % len(COLOURS)]
            parts.append(f'<rect x="{LEFT}" y="{y}" width="{width:.1f}" height="{LINE_HEIGHT - 3}" fill="{colour}"/>')
            parts.append(_text(LEFT + width + 6, y + 11, f"{value:,.0f} {unit}"))
            y += LINE_HEIGHT
        y += 10
    return _svg(title, y + 10, [*_legend(names, TOP), *parts])


def lines(title: str, x_name: str, unit: str, series: Mapping[str, Sequence[tuple[float, float]]]) -> str:
    """A line for each name through its points (x, y); x grows tenfold from mark to mark, y is in proportion."""
    points = [point for line in series.values() for point in line]
    greatest = max(y for _x, y in points) * 1.05
    places = [_place(x) for x, _y in points]
    low, high = min(places), max(places)
    left, bottom = 70, TOP + PLOT_HEIGHT

    def at(x: float, y: float) -> tuple[float, float]:
        across = (_place(x) - low) / (high - low or 1)
        return left + across * (WIDTH - left - 300), bottom - y / greatest * PLOT_HEIGHT

    parts = [_text(left, bottom + 38, x_name)]
    parts += [_text(at(x, 0)[0], bottom + 18, f"{x:,.0f}", anchor="middle") for x in sorted({x for x, _y in points})]
    for share in (0, 0.25, 0.5, 0.75, 1):
        height = at(points[0][0], greatest * share)[1]
        parts.append(f'<path d="M{left} {height:.1f}H{WIDTH - 300}" stroke="#d4d4d4"/>')
        parts.append(_text(left - 8, height + 4, f"{greatest * share:.3g} {unit}", anchor="end"))
    for number, (name, line) in enumerate(series.items()):
        colour = COLOURS[number % len(COLOURS)]
        dash = ' stroke-dasharray="6 3"' if number >= len(COLOURS) else ""
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in (at(*point) for point in sorted(line)))
        parts.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>')
        parts.append(_text(WIDTH - 280, TOP + 14 + number * LINE_HEIGHT, f"– {name}", colour=colour))
    return _svg(title, max(bottom + 50, TOP + 30 + len(series) * LINE_HEIGHT), parts)


def _place(x: float) -> float:
    return log10(max(x, 10))


def _legend(names: Iterable[str], y: float) -> list[str]:
    return [
        _text(LEFT + 130 * number, y, f"■ {name}", colour=COLOURS[number % len(COLOURS)])
        for number, name in enumerate(names)
    ]


def _text(x: float, y: float, text: str, *, anchor: str = "start", colour: str = "#262626") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{escape(text)}</text>'


def _svg(title: str, height: float, parts: Iterable[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" role="img" '
        f'font-family="system-ui, sans-serif" font-size="12"><title>{escape(title)}</title>'
        f'<rect width="100%" height="100%" fill="#fff"/>'
    )
    heading = f'<text x="20" y="24" font-size="15" font-weight="600" fill="#262626">{escape(title)}</text>'
    return "\n".join([head, heading, *parts, "</svg>", ""])
