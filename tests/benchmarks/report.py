"""docs/performance.md and its plots, from the figures of a whole run."""

import os
import platform
import subprocess
from collections import defaultdict
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from .kept import ROOT
from .plots import bars, lines

# A figure, as the process that measured it wrote it down.
type Row = dict[str, Any]
DOCS = ROOT / "docs"
PLOTS = "performance"
DATABASES = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}
TITLES = {
    "lists": "JSON lists, first page, beside the limit and Django REST framework",
    "depth": "A page far down beside the first one",
    "growth": "Ten times the rows",
    "inbox": "The inbox beside its template from memory",
    "pages": "Pages and fragments",
    "admin": "The admin",
    "memory": "Memory",
    "plans": "Plans of the lists",
    "search": "Search",
    "writes": "Writes beside the same rows from the limit",
    "work": "The worker",
}
# A longer table shows what is missed and what comes nearest to its goal.
LONG = 40

HEAD = """# How fast it is

`make bench` writes this page: it measures what is promised, says reached or missed, and ends with an error when a goal
is missed. `make bench SMALL=1` is a tenth of the rows in short rounds, `make bench ARGS="lists writes"` measures some
parts, `CLOCK=processor` counts processor time, on a machine that is not quiet. These write here with `PAGE=1` alone.

**Measured** {date} by `{command}` at commit {commit}, on {machine}. {load}

{missed} of {count} goals are missed.

- The tables hold {size:,} contacts, contact requests, inquiries, messages and waiting items each: one Pro has
  {largest:,} of them, one {tenth:,}, the others about 445. They are filled once and kept; each run works on a copy. On
  SQLite one Pro has {sqlite:,}.
- The **limit** (`tests/benchmarks/limit/`) is a bare WSGI function under the same gunicorn with two sync workers: the
  token and the rows by the database's own driver, JSON by a C encoder, the same bytes, no framework. Its writes leave
  the same rows.
- **DRF** (`tests/benchmarks/usual/`) is Django REST framework as its documentation teaches it, over the same tables:
  ModelViewSet, ModelSerializer, its own pagination, `select_related` where a row shows another.
- Rates are medians of {rounds} rounds of {seconds:g} s in which the servers take turns; times are medians of {rounds}
  rounds of calls that take turns; in brackets stand the least and the greatest round.

"""
PLOT_NAMES = {
    "lists": "Requests a second of the lists",
    "depth": "Time of a page by its depth",
    "growth": "Time by the number of rows of a Pro",
    "writes": "Writes a second",
}


def write_report(rows: list[Row], **about: Any) -> None:
    """Write the page, and the plots for which there are figures."""
    (DOCS / PLOTS).mkdir(exist_ok=True)
    for name, svg in make_plots(rows).items():
        (DOCS / PLOTS / f"{name}.svg").write_text(svg)
    (DOCS / "performance.md").write_text(make_page(rows, **about))


def make_page(rows: list[Row], *, command: str, rounds: int, seconds: float, load: float) -> str:
    goals = [row for row in rows if row["goal"]]
    sizes = {row["database"]: row["size"] for row in rows}
    size = sizes["postgresql"]
    head = HEAD.format(
        command=command,
        size=size,
        largest=size // 10,
        tenth=size // 100,
        sqlite=sizes.get("sqlite", 0),
        date=datetime.now(UTC).strftime("%Y-%m-%d"),
        commit=_commit(),
        machine=describe_machine(),
        load=describe_load(load),
        missed=sum(row["is_missed"] for row in goals),
        count=len(goals),
        rounds=rounds,
        seconds=seconds,
    )
    sections = [
        _section(part, database, list(figures))
        for (part, database), figures in groupby(rows, key=lambda row: (row["part"], row["database"]))
    ]
    plots = [f"![{PLOT_NAMES[name]}]({PLOTS}/{name}.svg)\n" for name in make_plots(rows)]
    return "\n".join([head, *plots, *sections])


def describe_machine() -> str:
    """The machine in general words."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"a virtual machine with {os.cpu_count()} cores and {memory:.0f} GB of memory, {platform.system()}, "
        f"Python {platform.python_version()}, a PostgreSQL 18 of its own"
    )


def describe_load(load: float) -> str:
    if load < 0.5 * (os.cpu_count() or 1):
        return "The machine was quiet."
    return f"**The machine was not quiet**: other programs kept {load:.0f} processes busy when it began."


def _commit() -> str:
    command = ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip() or "unknown"


def _section(part: str, database: str, rows: list[Row]) -> str:
    shown = [row for row in rows if row["goal"]]
    rest = ""
    if len(shown) > LONG:
        nearest = sorted(shown, key=lambda row: (not row["is_missed"], -row["value"]))[:LONG]
        rest = f"\n{len(shown) - LONG} more are reached with room to spare.\n" if len(shown) > LONG else ""
        shown = nearest
    lines = [f"## {TITLES[part]}, on {DATABASES[database]}", "", "| what | measured | goal | |", "|---|---|---|---|"]
    lines += [_line(row) for row in shown]
    others = [row for row in rows if not row["goal"]]
    if others and part != "admin":
        lines += ["", "| beside it | measured | | |", "|---|---|---|---|", *(_line(row) for row in others)]
    return "\n".join([*lines, rest])


def _line(row: Row) -> str:
    spread = " ({:.2f} to {:.2f})".format(*row["spread"]) if row["spread"] else ""
    goal = row["goal"].replace("<=", "≤").replace(">=", "≥")
    verdict = "" if not row["goal"] else "**missed**" if row["is_missed"] else "reached"
    label = row["label"].replace("|", "\\|")
    return f"| {label} | {row['value']:,.2f} {row['unit']}{spread} | {goal} | {verdict} |"


def make_plots(rows: list[Row]) -> dict[str, str]:
    """The plots, by name."""
    found: dict[str, dict[str, dict[Any, float]]] = defaultdict(lambda: defaultdict(dict))
    for row in rows:
        if row["point"] and row["database"] == "postgresql":
            plot, line, x = row["point"]
            found[plot][line][x] = row["value"]
    plots = {}
    for name, title in (("lists", "Requests a second, first page"), ("writes", "Writes a second")):
        if name in found:
            labels = list(dict.fromkeys(x for line in found[name].values() for x in line))
            groups = {label: {line: xs[label] for line, xs in found[name].items() if label in xs} for label in labels}
            plots[name] = bars(title, "/s", groups)
    for name, title, x_name in (
        ("depth", "Time of a page by its depth, Pro with the most rows", "rows before the page"),
        ("growth", "Time by the number of rows of a Pro", "rows of the Pro"),
    ):
        if name in found:
            series = {line: sorted(points.items()) for line, points in found[name].items()}
            plots[name] = lines(title, x_name, "ms", series)
    return plots


def read_load() -> float:
    """How many processes wanted a processor in the last five minutes."""
    return os.getloadavg()[1]
