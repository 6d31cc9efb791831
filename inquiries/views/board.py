"""The board: one type's inquiries in a column per step, and moving them from one to another."""

from typing import Any

from django import forms
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from config.accounts.http import ProRequest, wants
from contacts.forms import SearchField

from ..board import Board, kinds
from ..models import Inquiry
from ..pipeline import NOTE_LENGTH

PAGE = "inquiries/board.html"


class BoardFilter(forms.Form):
    """What the board shows; everything in it lives in the URL. An unusable value counts as none."""

    q = SearchField(required=False)
    priority = forms.ChoiceField(
        label=gettext_lazy("Priority"),
        required=False,
        choices=[("", gettext_lazy("Any priority")), *Inquiry.Priority.choices],
    )


class BoardPage:
    """One type's board as the URL asks for it, for one Pro; 404 for a type that has none."""

    def __init__(self, request: ProRequest, slug: str) -> None:
        self.request, self.kind = request, get_object_or_404(kinds(request.pro), slug=slug)
        self.form = BoardFilter(request.GET)
        self.form.is_valid()
        chosen = self.form.cleaned_data
        self.search, self.priority = chosen.get("q", ""), chosen.get("priority", "")
        self.board = Board(request.pro, self.kind, search=self.search, priority=self.priority)

    @property
    def query(self) -> str:
        return _query(q=self.search, priority=self.priority)

    def url(self, **more: Any) -> str:
        """The address of this board; `more` is what its query says besides."""
        query = _query(q=self.search, priority=self.priority, **more)
        return f"{reverse('inquiries:board', args=[self.kind.slug])}{query and '?'}{query}"

    def context(self, **more: Any) -> dict[str, Any]:
        """What the whole page shows."""
        columns = self.board.columns()
        return {
            "page": self,
            "kind": self.kind,
            "columns": columns,
            "tabs": self.board.tabs(),
            "total": sum(column.count for column in columns),
            "note_length": NOTE_LENGTH,
            **more,
        }


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
    return render(request, PAGE, page.context())
