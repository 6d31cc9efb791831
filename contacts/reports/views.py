"""Pages of the reports, the rows behind each figure, and both as files."""

from datetime import date
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_safe

from config.accounts.http import ProRequest
from config.accounts.middleware import for_owners
from config.accounts.proof import password_again
from config.audit.kinds import Kind
from config.audit.recording import record_event
from config.web.csv_files import csv_lines, csv_response
from config.web.paging import InvalidCursorError, from_cursor, row_number, to_cursor

from .charts import HEIGHT, WIDTH, Step, divide, draw_counts, draw_times
from .facts import DIMENSIONS, FIGURES, Rows, find_rows, waiting
from .figures import Line, Reading
from .listing import HEADINGS, csv_cells, read_page, time_field
from .names import LABELS, duration, name_values, percent
from .periods import Period, read_period, today_of
from .rollup import Figures

# Values of a dimension on the page; the file has all.
MOST = 20
ROWS = 50
PERIODS = [
    ("7", gettext_lazy("7 days")),
    ("30", gettext_lazy("30 days")),
    ("90", gettext_lazy("90 days")),
    ("365", gettext_lazy("365 days")),
    ("month", gettext_lazy("This month")),
    ("last-month", gettext_lazy("Last month")),
]
TITLES = {
    "new": pgettext_lazy("report", "New"),
    "answered": pgettext_lazy("report", "Answered"),
    "within": pgettext_lazy("report", "Answered within the target"),
    "late": pgettext_lazy("report", "Answered after the target"),
    "waiting": pgettext_lazy("report", "Waiting now"),
}
FILE_HEADINGS = [
    *("new", "answered", "with target", "within target", "median office seconds", "90th percentile office seconds"),
]


class Question(NamedTuple):
    """Period and dimension that a reader asks for."""

    name: str
    period: Period
    by: str

    @property
    def query(self) -> dict[str, str]:
        return {"from": self.period.first.isoformat(), "to": self.period.last.isoformat()}

    def link(self, figure: str, value: str | None = None, part: Period | None = None) -> str:
        """Address of the rows of a figure; of a value of the dimension, or of a part of the period."""
        days = part or self.period
        query = {"figure": figure, "from": days.first.isoformat(), "to": days.last.isoformat()}
        of_value = {} if value is None else {"by": self.by, "value": value}
        return f"{reverse('reports:rows')}?{urlencode(query | of_value)}"


def dimensions_for(request: ProRequest) -> list[str]:
    """The dimensions that a user may see: who answers how quickly is the owners' to know."""
    return [name for name in DIMENSIONS if name != "person" or request.user.is_owner]


def _question(request: ProRequest) -> Question:
    name, period = read_period(request.GET, today_of(request.pro))
    allowed = dimensions_for(request)
    by = request.GET.get("by", "")
    return Question(name, period, by if by in allowed else allowed[0])


@require_safe
def report(request: ProRequest) -> HttpResponse:
    """Figures of a period, its days, and one dimension; the query string names all three."""
    question = _question(request)
    reading = Reading(request.pro, question.period)
    by_day = reading.by_day()
    steps = divide(question.period, by_day)
    total, before = _sum(by_day), Reading(request.pro, question.period.before).total()
    lines, number = reading.lines(question.by, MOST)
    context = {
        "question": question,
        "periods": [(name, label, f"?{urlencode({'period': name, 'by': question.by})}") for name, label in PERIODS],
        "tiles": _tiles(question, total, before, waiting(request.pro).count()),
        "has_target": bool(total.targeted),
        "steps": [_step(question, step) for step in steps],
        "counts": _chart(*draw_counts(steps), steps),
        "times": _chart(*draw_times(steps), steps, is_time=True),
        "width": WIDTH,
        "height": HEIGHT,
        "tabs": [
            (name, LABELS[name], f"?{urlencode(question.query | {'by': name})}#by") for name in dimensions_for(request)
        ],
        "label": LABELS[question.by],
        "lines": _lines(request, question, lines),
        "more": number - len(lines),
        "number": number,
        "file": f"{reverse('reports:figures_file')}?{urlencode(question.query | {'by': question.by})}",
        "days_file": f"{reverse('reports:figures_file')}?{urlencode(question.query | {'by': 'day'})}",
    }
    return render(request, "reports/report.html", context)


def _sum(by_day: dict[date, Figures]) -> Figures:
    total = Figures()
    for figures in by_day.values():
        total.add(figures)
    return total


def _tiles(question: Question, total: Figures, before: Figures, now: int) -> list[dict[str, Any]]:
    """The figures above the page, each with the one of the period before."""
    times = [(_("Median to the first answer"), total.median, before.median)]
    times += [(_("90th percentile"), total.ninetieth, before.ninetieth)]
    return [
        {"label": TITLES["new"], "text": str(total.new), "url": question.link("new"), "before": str(before.new)},
        {
            "label": TITLES["answered"],
            "text": str(total.answered),
            "url": question.link("answered"),
            "before": str(before.answered),
        },
        {"label": TITLES["waiting"], "text": str(now), "url": question.link("waiting"), "before": ""},
        *(
            {"label": label, "text": duration(seconds), "url": question.link("answered"), "before": duration(former)}
            for label, seconds, former in times
        ),
        {
            "label": _("Within the target"),
            "text": percent(total.share),
            "url": question.link("within"),
            "before": percent(before.share),
            "late": total.late,
            "late_url": question.link("late"),
        },
    ]


def _cells(
    question: Question, figures: Figures, value: str | None = None, part: Period | None = None
) -> dict[str, Any]:
    return {
        "new": figures.new,
        "new_url": question.link("new", value, part),
        "answered": figures.answered,
        "answered_url": question.link("answered", value, part),
        "median": duration(figures.median),
        "ninetieth": duration(figures.ninetieth),
        "share": percent(figures.share),
        "within_url": question.link("within", value, part) if figures.targeted else "",
    }


def _step(question: Question, step: Step) -> dict[str, Any]:
    return {"name": step.label, **_cells(question, step.figures, part=step.period)}


def _lines(request: ProRequest, question: Question, lines: list[Line]) -> list[dict[str, Any]]:
    names = name_values(request.pro, question.by, [line.value for line in lines])
    return [
        {
            "name": names[line.value],
            "waiting": line.waiting,
            "waiting_url": question.link("waiting", line.value),
            **_cells(question, line.figures, line.value),
        }
        for line in lines
    ]


def _chart(bars: list[Any], top: int, steps: list[Step], *, is_time: bool = False) -> dict[str, Any]:
    """A chart with the labels around it."""
    labels = [step.label for step in steps]
    marks = [labels[0], labels[len(labels) // 2], labels[-1]] if len(labels) > 2 else labels
    return {"bars": bars, "top": duration(top) if is_time else str(top), "marks": marks}


def _rows(request: ProRequest) -> tuple[str, Question, str | None, Rows]:
    """The rows that a query asks for. Raises Http404 for one that no page has."""
    figure, question = request.GET.get("figure", ""), _question(request)
    by, value = request.GET.get("by", ""), request.GET.get("value")
    if figure not in FIGURES or (by and by not in dimensions_for(request)):
        raise Http404
    try:
        rows = find_rows(request.pro, figure, question.period, by, value)
    except ValueError as error:
        raise Http404 from error
    return figure, question, value if by else None, rows


@require_safe
def report_rows(request: ProRequest) -> HttpResponse:
    """List the rows of a figure, newest first."""
    figure, question, value, rows = _rows(request)
    try:
        cursor = request.GET.get("cursor")
        after = from_cursor(cursor, row_number) if cursor else None
    except InvalidCursorError as error:
        raise Http404 from error
    found, shown = read_page(request.pro, rows, ROWS, after)
    query = request.GET.copy()
    query.pop("cursor", None)
    last = found[ROWS - 1] if len(found) > ROWS else None
    if last:
        query_after = query.copy()
        query_after["cursor"] = to_cursor(getattr(last, time_field(rows)), last.pk)
    number = rows.count()
    context = {
        "title": TITLES[figure],
        "is_waiting": figure == "waiting",
        "has_answers": figure not in ("new", "waiting"),
        "question": question,
        "first": date_format(question.period.first, "DATE_FORMAT"),
        "last": date_format(question.period.last, "DATE_FORMAT"),
        "is_one_day": question.period.length == 1,
        "value": name_values(request.pro, question.by, [value])[value] if value is not None else "",
        "number": ngettext("%(n)d row", "%(n)d rows", number) % {"n": number},
        "rows": [(row, duration(row.office_seconds), duration(row.real_seconds)) for row in shown],
        "next_query": query_after.urlencode() if last else "",
        "query": query.urlencode(),
        "is_first": after is None,
        "back": f"{reverse('reports:report')}?{urlencode(question.query | {'by': question.by})}",
        "file": f"{reverse('reports:rows_file')}?{query.urlencode()}",
    }
    return render(request, "reports/rows.html", context)


@for_owners
@password_again("GET")
@require_safe
def rows_file(request: ProRequest) -> StreamingHttpResponse:
    """CSV file of the rows that the list shows for the same query, sent while it is written."""
    figure, question, _value, rows = _rows(request)
    _record(request)
    name = f"report-{figure}-{question.period.first}-{question.period.last}.csv"
    return csv_response(name, csv_lines(HEADINGS, csv_cells(request.pro, rows)))


@for_owners
@password_again("GET")
@require_safe
def figures_file(request: ProRequest) -> StreamingHttpResponse:
    """CSV file of the figures of a period by day or by a dimension, the sum first."""
    question = _question(request)
    reading = Reading(request.pro, question.period)
    lines: list[tuple[list[str], Figures]] = [(["", "", ""], reading.total())]
    if (by := request.GET.get("by")) == "day":
        lines += [([day.isoformat(), day.isoformat(), ""], each) for day, each in sorted(reading.by_day().items())]
    else:
        by, (values, _number) = question.by, reading.lines(question.by)
        names = name_values(request.pro, by, [line.value for line in values])
        lines[0][0][2] = str(waiting(request.pro).count())
        lines += [([line.value, names[line.value], str(line.waiting)], line.figures) for line in values]
    _record(request)
    cells = [[*head, *_file_cells(figures)] for head, figures in lines]
    name = f"report-{by}-{question.period.first}-{question.period.last}.csv"
    return csv_response(name, csv_lines([by, "name", "waiting now", *FILE_HEADINGS], cells))


def _file_cells(figures: Figures) -> list[str]:
    numbers = [figures.new, figures.answered, figures.targeted, figures.within, figures.median, figures.ninetieth]
    return ["" if n is None else str(n) for n in numbers]


def _record(request: ProRequest) -> None:
    if request.method != "HEAD":
        record_event(Kind.EXPORTED, pro=request.pro, by=request.user, detail="reports")
