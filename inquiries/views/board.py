"""The board: one type's inquiries in a column per step, and moving them from one to another."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from config.accounts.http import ProRequest, wants
from config.web.forms import SearchField
from config.web.paging import InvalidCursorError, row_number

from ..models import Inquiry
from ..pipeline.board import Board, Column, kinds
from ..pipeline.moves import NOTE_LENGTH, InvalidTransitionError, move_inquiry
from ..translations import refusal

PAGE = "inquiries/board.html"


class BoardFilter(forms.Form):
    """What the board shows; everything in it lives in the URL. An unusable value counts as none."""

    q = SearchField(required=False)
    priority = forms.ChoiceField(
        label=gettext_lazy("Priority"),
        required=False,
        choices=lambda: [("", _("Any priority")), *Inquiry.Priority.choices],
    )


class BoardPage:
    """One type's board as the URL asks for it, for one Pro; 404 for a type, a step or a place that is none."""

    def __init__(self, request: ProRequest, slug: str) -> None:
        self.request, self.kind = request, get_object_or_404(kinds(request.pro), slug=slug)
        self.form = BoardFilter(request.GET)
        self.form.is_valid()
        self.chosen = {name: self.form.cleaned_data.get(name, "") for name in ("q", "priority")}
        self.step, self.cursor = request.GET.get("step", ""), request.GET.get("cursor", "")
        chosen = {"search": self.chosen["q"], "priority": self.chosen["priority"]}
        try:
            self.board = Board(request.pro, self.kind, **chosen, alone=self.step, cursor=self.cursor)
        except (KeyError, InvalidCursorError) as error:
            raise Http404 from error

    @property
    def filter_query(self) -> str:
        """What every board may be asked for."""
        return _query(**self.chosen)

    @property
    def query(self) -> str:
        return _query(**self.chosen, step=self.step, cursor=self.cursor)

    def url(self, **more: Any) -> str:
        """The address of this board; `more` is what its query says besides."""
        query = _query(**self.chosen, step=self.step, cursor=self.cursor, **more)
        return f"{reverse('inquiries:board', args=[self.kind.slug])}{query and '?'}{query}"

    def find(self, id: str) -> Inquiry:
        """An inquiry of this Pro and type; else 404."""
        try:
            number = row_number(id)
        except ValueError as error:
            raise Http404 from error
        rows = Inquiry.objects.for_pro(self.request.pro).filter(inquiry_type=self.kind)
        return get_object_or_404(rows.select_related("step"), pk=number)

    def context(self, columns: list[Column] | None = None, **more: Any) -> dict[str, Any]:
        """What the page shows; some `columns` where not all are wanted."""
        return {
            "page": self,
            "kind": self.kind,
            "columns": self.board.columns() if columns is None else columns,
            "tabs": self.board.tabs(),
            "note_length": NOTE_LENGTH,
            **more,
        }

    def moved(self, found: Inquiry, was: str) -> dict[str, Any]:
        """What is said of a move from the step with the key `was`: the way back is offered where there is one."""
        back = [step for step in self.board.ways.get(found.step, []) if step.key == was]
        return {"moved": found, "back": back[0] if back else None}


def _query(**values: Any) -> str:
    query = QueryDict(mutable=True)
    query.update({name: str(value) for name, value in values.items() if value})
    return query.urlencode()


@require_safe
def board_first(request: ProRequest) -> HttpResponse:
    """The board of the first active type."""
    kind = kinds(request.pro).order_by("-is_active", "sort_order", "id").first()
    if kind is None:
        raise Http404
    return redirect("inquiries:board", kind.slug)


@require_safe
def board(request: ProRequest, slug: str) -> HttpResponse:
    """One type's board; htmx gets what the filter changes ("board") alone."""
    page = BoardPage(request, slug)
    if wants(request, "board"):
        response = render(request, f"{PAGE}#board", page.context())
        # While one types the address follows, without a step of history for every letter.
        response["HX-Replace-Url"] = page.url()
        return response
    return render(request, PAGE, page.context(**_just_moved(page)))


def _just_moved(page: BoardPage) -> dict[str, Any]:
    """Which move the address says was made just now."""
    if "moved" not in page.request.GET:
        return {}
    try:
        return page.moved(page.find(page.request.GET["moved"]), page.request.GET.get("was", ""))
    except Http404:
        return {}


@require_POST
def board_move(request: ProRequest, slug: str) -> HttpResponse:
    """Move one inquiry: `id`, the key `to` of a step, perhaps a `note`, and the key of the step it was `seen` on."""
    page = BoardPage(request, slug)
    found = page.find(request.POST.get("id", ""))
    seen = request.POST.get("seen") or found.step.key
    to, note = request.POST.get("to", ""), request.POST.get("note", "")
    try:
        move_inquiry(found, to=to, by=request.user, note=note, seen=seen)
    except InvalidTransitionError as error:
        # A colleague was quicker, or the page is old: what is shown next is the truth.
        return _answer(page, found, page.board.columns(), refusal=refusal(found, error), status=409)
    except ValidationError as error:
        # The board stays as it is, and with it what was typed.
        return _answer(page, found, [], refusal=" ".join(error.messages), status=422)
    except Inquiry.DoesNotExist as error:
        raise Http404 from error
    if request.htmx:
        columns = page.board.columns({seen, found.step.key})
        return _answer(page, found, columns, **page.moved(found, seen))
    return redirect(f"{page.url(moved=found.pk, was=seen)}#card-{found.pk}")


def _answer(page: BoardPage, found: Inquiry, columns: list[Column], status: int = 200, **said: Any) -> HttpResponse:
    """htmx gets the columns anew and what is said; a browser is sent to the board."""
    if page.request.htmx:
        context = {**page.context(columns), **said, "is_swap": True}
        return render(page.request, f"{PAGE}#changed", context, status=status)
    messages.error(page.request, said["refusal"])
    return redirect(f"{page.url()}#card-{found.pk}")
