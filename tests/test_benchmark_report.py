"""The page that `make bench` writes, and its plots."""

import xml.etree.ElementTree as ET

from .benchmarks.figure import Figure, of_rounds, ratios
from .benchmarks.plots import bars, lines
from .benchmarks.report import describe_load, make_page, make_plots

SVG = "{http://www.w3.org/2000/svg}"


def parse(svg):
    return ET.fromstring(svg)  # noqa: S314 - our own


def texts(svg):
    """The texts of a plot; raises unless it is well-formed."""
    return [element.text for element in parse(svg).iter(f"{SVG}text")]


def rows_of(part, *figures):
    return [{"part": part, "database": "postgresql", "size": 1_000_000, **figure.to_row()} for figure in figures]


def test_a_line_has_the_median_its_spread_and_the_verdict():
    rows = rows_of(
        "lists",
        of_rounds("contacts: Vestibule", [300.0, 310.0, 280.0], "/s"),
        ratios("contacts: share of the limit", [300.0, 310.0, 280.0], [400.0, 400.0, 400.0], "", at_least=0.7),
        Figure("contacts: errors", 2, "", at_most=0),
    )
    page = make_page(rows, command="make bench", rounds=3, seconds=5.0, load=0.1)
    assert "1 of 2 goals are missed." in page
    assert "| contacts: share of the limit | 0.75  (0.70 to 0.78) | ≥ 0.7 | reached |" in page
    assert "| contacts: errors | 2.00  | ≤ 0 | **missed** |" in page
    assert "| contacts: Vestibule | 300.00 /s (280.00 to 310.00) |  |  |" in page


def test_a_machine_that_is_not_quiet_is_told_of():
    assert describe_load(0.0) == "The machine was quiet."
    assert "other programs kept 40 processes busy" in describe_load(40.0)


def test_bars_name_every_value():
    svg = bars("Requests", "/s", {"contacts & more": {"Vestibule": 300.0, "limit": 400.0}})
    assert texts(svg) == ["Requests", "■ Vestibule", "■ limit", "contacts & more", "300 /s", "400 /s"]


def test_lines_go_through_their_points():
    svg = lines("Depth", "rows", "ms", {"contacts": [(0, 1.0), (1000, 2.0)]})
    assert "– contacts" in texts(svg)
    [path] = [e.get("d") for e in parse(svg).iter(f"{SVG}path") if e.get("fill") == "none"]
    assert len(path.split("L")) == 2


def test_points_are_plotted_by_plot_and_line():
    rows = rows_of(
        "depth",
        Figure("contacts: first page", 3.0, point=("depth", "contacts", 0)),
        Figure("contacts: page after 10 rows", 4.0, point=("depth", "contacts", 10)),
        Figure("contacts: Vestibule", 4.0, "/s", point=("lists", "Vestibule", "contacts")),
    )
    plots = make_plots(rows)
    assert set(plots) == {"depth", "lists"}
    assert "– contacts" in texts(plots["depth"])
