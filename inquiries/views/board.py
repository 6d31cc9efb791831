"""The board page: the inquiries of one type in a column per step, and moves between columns."""

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

from ..models import Inquiry, InquiryType
from ..pipeline.board import BOARD_TYPES, Board, Column, board_types
from ..pipeline.moves import NOTE_LENGTH, InvalidTransitionError
from ..pipeline.pending import plan_move, show_pending_moves
from ..translations import describe_refusal
from .announcing import announce_move

PAGE = "inquiries/board.html"


class BoardFilter(forms.Form):
    """The filter of the board, all of it in the URL. Invalid values are ignored."""

    q = SearchField(required=False)
    priority = forms.ChoiceField(
        label=gettext_lazy("Priority"),
        required=False,
        choices=lambda: [("", _("Any priority")), *Inquiry.Priority.choices],
    )


class BoardPage:
    """The board of one type for one Pro, as the URL asks for it. Raises Http404 for an unknown type, step or cursor."""

    def __init__(self, request: ProRequest, slug: str, query: QueryDict | None = None) -> None:
        query = request.GET if query is None else query
        self.request, self.types = request, BOARD_TYPES.rows(request.pro)
        self.inquiry_type = self._find_type(slug)
        self.form = BoardFilter(query)
        self.form.is_valid()
        self.chosen = {name: self.form.cleaned_data.get(name, "") for name in ("q", "priority")}
        self.step, self.cursor = query.get("step", ""), query.get("cursor", "")
        filters = {"search": self.chosen["q"], "priority": self.chosen["priority"]}
        try:
            self.board = Board(request.pro, self.inquiry_type, **filters, single=self.step, cursor=self.cursor)
        except (KeyError, InvalidCursorError) as error:
            raise Http404 from error

    def _find_type(self, slug: str) -> InquiryType:
        for inquiry_type in self.types:
            if inquiry_type.slug == slug:
                return inquiry_type
        raise Http404

    @property
    def filter_query(self) -> str:
        """The query of the filter, which every board accepts."""
        return _encode_query(**self.chosen)

    @property
    def query(self) -> str:
        return _encode_query(**self.chosen, step=self.step, cursor=self.cursor)

    def url(self, **more: Any) -> str:
        """The address of this board, with `more` in its query."""
        query = _encode_query(**self.chosen, step=self.step, cursor=self.cursor, **more)
        return f"{reverse('inquiries:board', args=[self.inquiry_type.slug])}{query and '?'}{query}"

    def find(self, id: str) -> Inquiry:
        """Find an inquiry of this Pro and type. Raises Http404."""
        try:
            number = row_number(id)
        except ValueError as error:
            raise Http404 from error
        rows = Inquiry.objects.for_pro(self.request.pro).filter(inquiry_type=self.inquiry_type)
        return get_object_or_404(rows.select_related("step"), pk=number)

    def context(self, columns: list[Column] | None = None, **more: Any) -> dict[str, Any]:
        """The context of the page, with these `columns` instead of all."""
        return {
            "page": self,
            "inquiry_type": self.inquiry_type,
            "columns": self.board.columns() if columns is None else columns,
            "tabs": self.board.tabs(self.types),
            "note_length": NOTE_LENGTH,
            **more,
        }


def _encode_query(**values: Any) -> str:
    query = QueryDict(mutable=True)
    query.update({name: str(value) for name, value in values.items() if value})
    return query.urlencode()


@require_safe
def board_first(request: ProRequest) -> HttpResponse:
    """Redirect to the board of the first active type."""
    inquiry_type = board_types(request.pro).order_by("-is_active", "sort_order", "id").first()
    if inquiry_type is None:
        raise Http404
    return redirect("inquiries:board", inquiry_type.slug)


@require_safe
def board(request: ProRequest, slug: str) -> HttpResponse:
    """Show the board of one type; htmx gets the part that the filter changes ("board") alone."""
    page = BoardPage(request, slug)
    if wants(request, "board"):
        response = render(request, f"{PAGE}#board", page.context())
        # The address follows the search as it is typed, without a browser history entry per letter.
        response["HX-Replace-Url"] = page.url()
        return response
    return render(request, PAGE, page.context())


@require_POST
def board_move(request: ProRequest, slug: str) -> HttpResponse:
    """Move the inquiry `id` to the step with the key `to`, with a `note`; `seen` is the key of the step it showed."""
    page = BoardPage(request, slug)
    inquiry = page.find(request.POST.get("id", ""))
    show_pending_moves([inquiry])
    from_key = request.POST.get("seen") or inquiry.step.key
    to, note = request.POST.get("to", ""), request.POST.get("note", "")
    try:
        pending = plan_move(inquiry, to=to, by=request.user, note=note, expected_step=from_key)
    except InvalidTransitionError as error:
        # The board was out of date, so all columns are sent again.
        return _refuse(page, inquiry, page.board.columns(), describe_refusal(inquiry, error), status=409)
    except ValidationError as error:
        # No columns are sent, which keeps the typed note.
        return _refuse(page, inquiry, [], " ".join(error.messages), status=422)
    except Inquiry.DoesNotExist as error:
        raise Http404 from error
    announce_move(request, inquiry, pending)
    if request.htmx:
        return swap_columns(page, page.board.columns({from_key, inquiry.step.key}))
    return redirect(f"{page.url()}#card-{inquiry.pk}")


def swap_columns(page: BoardPage, columns: list[Column], status: int = 200, **message: Any) -> HttpResponse:
    """Respond to htmx with these columns, the tabs and the message, all swapped out of band."""
    context = {**page.context(columns), **message, "is_swap": True}
    return render(page.request, f"{PAGE}#changed", context, status=status)


def _refuse(page: BoardPage, inquiry: Inquiry, columns: list[Column], refusal: str, status: int) -> HttpResponse:
    """Respond to a refused move: htmx gets the columns and the reason, a browser a redirect to the board."""
    if page.request.htmx:
        return swap_columns(page, columns, status, refusal=refusal)
    messages.error(page.request, refusal)
    return redirect(f"{page.url()}#card-{inquiry.pk}")
