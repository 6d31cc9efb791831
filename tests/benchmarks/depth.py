"""Pages far down in a list beside its first page, and the same list of a Pro with a tenth of the rows."""

from collections.abc import Iterator

from config.accounts.models import Pro

from .addresses import LISTS, ListAddress
from .figure import UNTIL_KEPT, Figure, in_turns, of_rounds, ratios
from .inprocess import member, program
from .setting import Setting

# Shares of the largest Pro's rows that are skipped.
DEPTHS = (0.01, 0.1, 0.5, 0.9)


def figures(setting: Setting) -> Iterator[Figure]:
    for address in LISTS:
        if address.deep:
            yield from _deep_pages(setting, address)


def _deep_pages(setting: Setting, address: ListAddress) -> Iterator[Figure]:
    assert address.deep
    caller, times = address.caller(setting, setting.largest), 5 if setting.is_small else 40
    depths = [int(setting.shape.largest * share) for share in DEPTHS]
    works = [caller.getting(address.url)]
    works += [caller.getting(address.url, **address.deep(setting.largest, rows)) for rows in depths]
    first, *others = in_turns(works, times, before=UNTIL_KEPT)
    yield of_rounds(f"{address.name}: first page", first, point=("depth", address.name, 0))
    for rows, medians in zip(depths, others, strict=True):
        label = f"{address.name}: page after {rows:,} rows"
        yield of_rounds(label, medians, point=("depth", address.name, rows))
        if rows == setting.depth:
            yield ratios(f"{label}, of the first", medians, first, at_most=1.1)


def growth_figures(setting: Setting) -> Iterator[Figure]:
    """Every list, page, search and count: a Pro with ten times the rows beside another one."""
    times = 3 if setting.is_small else 30
    for name, url, is_json in _every_page():
        pros = [setting.usual, setting.tenth, setting.largest]
        callers = [program(setting.token(pro)) if is_json else member(pro) for pro in pros]
        usual, tenth, largest = in_turns([caller.getting(url) for caller in callers], times, before=UNTIL_KEPT)
        for pro, medians in zip(pros, (usual, tenth, largest), strict=True):
            rows = _rows(setting, pro)
            yield of_rounds(f"{name}: Pro with {rows:,}", medians, point=("growth", name, rows))
        yield ratios(f"{name}: ten times the rows", largest, tenth, at_most=1.1)


def _rows(setting: Setting, pro: Pro) -> int:
    shares = {setting.largest: setting.shape.turn, setting.tenth: setting.shape.turn * 10}
    rows = setting.shape.rows
    return rows // shares[pro] if pro in shares else round(rows * (1 - 1.1 / setting.shape.turn) / setting.shape.pros)


def _every_page() -> Iterator[tuple[str, str, bool]]:
    for address in LISTS:
        yield address.name, address.url, address.is_json
        if address.search:
            # Few rows of either Pro have the whole name.
            yield f"search, {address.name}", f"{address.url}?{address.search}=salaun+bailly", address.is_json
    yield "requests by status, JSON", "/pro/contact-requests?status=read", True
    # The Pro with a tenth of the rows has no renters.
    yield "contacts by status, JSON", "/api/v1/contacts?status=scheduled", True
    yield "inquiries by status, JSON", "/api/inquiries/list?status=open", True
    yield "board", "/inquiries/board/question", False
    yield "contacts page by name", "/contacts?sort=name", False
