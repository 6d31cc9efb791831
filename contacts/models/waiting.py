from datetime import datetime
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.fields.tuple_lookups import TupleGreaterThan
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from config.accounts.models import ApiToken, Pro, TenantQuerySet, User
from config.instances import make_instance
from config.saving import insert_missing, insert_soon, update
from config.web.compiled import Compiled
from config.web.text import one_line

from .waiting_indexes import INDEXES, LISTED, PUT_OFF

if TYPE_CHECKING:
    from .contact import Contact
    from .message import ContactMessage

# Whose people a list holds: everyone's (), nobody's (None,), or those of a user, by their id.
type Whose = tuple[()] | tuple[int | None]
# The fields of an item that has not ended.
OPEN: dict[str, Any] = {"ended_at": None, "outcome": "", "ended_by": None, "ended_by_token": None}
MAX_WORDS = 200
_OPEN_OF = Compiled["WaitingItem"](
    lambda kind, key: (
        WaitingItem.objects.filter(kind=kind, key=key)
        .open()
        .select_for_update(of=("self",), no_key=True)
        .order_by("pk")
    ),
    keeps_plan=True,
)
# Asked for each message that arrives.
_PUT_OFF = Compiled(
    lambda contact_id: WaitingItem.objects.filter(contact_id=contact_id).put_off().values_list("pk"), keeps_plan=True
)


def text_fields(about: str, words: str) -> dict[str, str]:
    """`about` and `words` as an item stores them: on one line, and only their beginning."""
    return {"about": one_line(about, MAX_WORDS), "words": one_line(words[: 2 * MAX_WORDS], MAX_WORDS)}


class WaitingItemQuerySet(TenantQuerySet["WaitingItem"]):
    def open(self) -> Self:
        """Items that have not ended; those put off to a later time among them."""
        return self.filter(ended_at=None)

    def to_decide(self) -> Self:
        """Items that a decision about their person is about: all that have not ended, put off or not.

        A reminder that is not due stands: it asks what becomes of an answer.
        """
        return self.open().exclude(kind=WaitingItem.Kind.REMINDER, later_until__isnull=False)

    def listed(self) -> Self:
        """Items of the list: open, and not put off to a later time."""
        return self.filter(LISTED)

    def of(self, whose: Whose) -> Self:
        """Items of those people alone, see Whose."""
        # Not by the value: PostgreSQL knows an index of nobody's by "IS NULL".
        return self.filter(assigned_to=whose[0]) if whose else self

    def later(self) -> Self:
        """Items that are put off to a later time."""
        return self.filter(ended_at=None, later_until__isnull=False)

    def of_contact(self, contact: "Contact") -> Self:
        """Items of one contact, oldest first."""
        return self.filter(contact=contact).order_by("since", "id")

    def listed_and_newest(self, contact: "Contact", newest: int) -> Self:
        """Items of one contact that are listed, and the newest ones, ended or not; oldest first."""
        last = self.filter(contact=contact).order_by("-since", "-id").values("pk")[:newest]
        return self.of_contact(contact).filter(LISTED | Q(pk__in=last))

    def first_of_each_person(self) -> Self:
        """The first listed item of each contact in the order of the list, and each listed item without a contact."""
        # A probe of the index for each row that is read, so that a page takes as long in a long list as in a short one.
        others = WaitingItem.objects.listed().filter(contact=OuterRef("contact"))
        is_earlier = Q(since__lt=OuterRef("since")) | Q(since=OuterRef("since"), pk__lt=OuterRef("pk"))
        is_before = Q(is_returned__gt=OuterRef("is_returned")) | (Q(is_returned=OuterRef("is_returned")) & is_earlier)
        return self.listed().filter(~Exists(others.filter(is_before)))

    def next_of_each_person(self) -> Self:
        """The item of each contact that comes back first, and each item without a contact that was put off."""
        others = WaitingItem.objects.later().filter(contact=OuterRef("contact"))
        is_before = Q(later_until__lt=OuterRef("later_until"))
        is_before |= Q(later_until=OuterRef("later_until"), pk__lt=OuterRef("pk"))
        return self.later().filter(~Exists(others.filter(is_before)))

    def longest_first(self) -> Self:
        """In the order of the list: those that came back first, then the ones who have waited longest."""
        return self.order_by("-is_returned", "since", "id")

    def after(self, is_returned: bool, since: datetime, id: int) -> Self:
        """The items after one, in the order of the list."""
        following = Q(TupleGreaterThan(("since", "id"), (since, id)), is_returned=is_returned)
        return self.filter(following | Q(is_returned=False) if is_returned else following)

    def build(
        self,
        pro: Pro,
        kind: str,
        key: object,
        *,
        contact: "Contact | None",
        about: str = "",
        words: str = "",
        **fields: UUID | datetime | int | str | None,
    ) -> "WaitingItem":
        """An unsaved item; its `property_id`, `inquiry_type_id` and `source` are for the reports."""
        item = make_instance(self.model, kind=kind, key=str(key), **text_fields(about, words), **fields)
        item.pro, item.contact, item.assigned_to_id = pro, contact, contact.assigned_to_id if contact else None
        return item

    def add(self, pro: Pro, kind: str, key: object, *, is_new: bool = False, **fields: Any) -> "WaitingItem":
        """Let something wait, once: the same (kind, key) again changes nothing. The fields are those of `build`.

        What `is_new` was stored in this transaction; its item may have no key. Items of the contact that were put off
        come back, and reminders end, as it has written again. The caller holds the book, so that it is not merged.
        """
        item = self.build(pro, kind, key, **fields)
        if is_new:
            insert_soon(item)
        elif not insert_missing(item):
            return self.get(kind=kind, key=item.key)
        if contact := item.contact:
            if not contact.is_new and contact.has_put_off is not False:
                self._bring_back(contact)
            contact.note_word(item.since)
        return item

    def _bring_back(self, contact: "Contact") -> None:
        """End the contact's reminders, and let what was put off wait again."""
        if ids := [id for (id,) in _PUT_OFF.rows(contact.pk)]:
            rows = WaitingItem.objects.filter(pk__in=ids)
            rows.filter(kind=WaitingItem.Kind.REMINDER).end(WaitingItem.Outcome.WROTE_AGAIN, by=None)
            rows.later().update(later_was=models.F("later_until"), later_until=None, is_returned=True)

    def put_off(self) -> Self:
        """Open items that were put off, and reminders; locked until the transaction ends."""
        return self.filter(PUT_OFF).select_for_update(of=("self",), no_key=True).order_by("pk")

    def locked(self) -> Self:
        """These items, locked until the transaction ends, as a queryset of their ids."""
        # In the order of the ids, so that two that lock several items do not wait for each other.
        rows = self.select_for_update(of=("self",), no_key=True).order_by("pk")
        return self.model.objects.filter(pk__in=list(rows.values_list("pk", flat=True)))  # type: ignore[return-value]

    def end(
        self, outcome: str, *, by: User | ApiToken | None, answer: "ContactMessage | None" = None
    ) -> list["WaitingItem"]:
        """End those of these items that are open; returns them. Call it in a transaction."""
        items = list(self.open().select_for_update(of=("self",), no_key=True).order_by("pk"))
        self._end(items, outcome, by=by, answer=answer)
        return items

    def end_of(self, kind: str, key: object, outcome: str, *, by: User | ApiToken | None) -> list["WaitingItem"]:
        """End the item of one contact request, message, inquiry or offer, unless it has ended; returns it."""
        items = _OPEN_OF.rows(kind, str(key))
        self._end(items, outcome, by=by)
        return items

    def _end(
        self,
        items: list["WaitingItem"],
        outcome: str,
        *,
        by: User | ApiToken | None,
        answer: "ContactMessage | None" = None,
    ) -> None:
        """End these open items, which are locked."""
        now = timezone.now()
        changes: dict[str, Any] = {
            "ended_at": now,
            "outcome": outcome,
            "ended_by": by if isinstance(by, User) else None,
            "ended_by_token": by if isinstance(by, ApiToken) else None,
        }
        # An archived contact may be restored: a failed answer still ends the same items then.
        if outcome != WaitingItem.Outcome.ARCHIVED:
            changes["answer"] = answer
        for item in items:
            for name, value in changes.items():
                setattr(item, name, value)
        if len(items) == 1:
            update(items[0], *changes)
        elif items:
            WaitingItem.objects.filter(pk__in=[item.pk for item in items]).update(**changes)

    def reopen(self, *outcomes: str) -> int:
        """Undo the end of these items, or of those with one of the outcomes; returns how many wait again.

        They keep the failed answer that sending it anew ends them by.
        """
        ended = self.filter(ended_at__isnull=False)
        ended = ended.filter(outcome__in=outcomes) if outcomes else ended
        return ended.update(**OPEN)


class WaitingItem(models.Model):
    """Something that waits for a word from the office, from its arrival until somebody answered or decided not to.

    `key` is the id of the contact request, message, inquiry or offer; a reminder's is its own. Together with `kind` it
    is unique. Without a `contact` the item stands for a person of its own, such as an inquiry without its profile.
    """

    class Kind(models.TextChoices):
        REQUEST = "request", pgettext_lazy("waiting", "Request")
        MESSAGE = "message", pgettext_lazy("waiting", "Message")
        INQUIRY = "inquiry", pgettext_lazy("waiting", "Inquiry")
        OFFER = "offer", pgettext_lazy("waiting", "Answer to an offer")
        REMINDER = "reminder", pgettext_lazy("waiting", "Reminder")

    class Outcome(models.TextChoices):
        ANSWERED = "answered", pgettext_lazy("waiting", "Answered")
        ANOTHER_WAY = "another_way", pgettext_lazy("waiting", "Answered another way")
        NO_ANSWER = "no_answer", pgettext_lazy("waiting", "No answer needed")
        # They wrote before the reminder was due.
        WROTE_AGAIN = "wrote_again", pgettext_lazy("waiting", "They wrote again")
        SPAM = "spam", pgettext_lazy("waiting", "Set aside as spam")
        ARCHIVED = "archived", pgettext_lazy("waiting", "Contact archived")
        # With the inquiry: a card that is moved is no answer.
        CLOSED = "closed", pgettext_lazy("waiting", "Inquiry closed")

    pro = models.ForeignKey(Pro, models.CASCADE, related_name="+", db_index=False, verbose_name=_("Pro"))
    contact = models.ForeignKey(
        "contacts.Contact",
        models.CASCADE,
        null=True,
        related_name="waiting_items",
        db_index=False,
        verbose_name=_("contact"),
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    key = models.CharField(_("id"), max_length=36)
    since = models.DateTimeField(_("waiting since"))
    # "form", a contact's channel, or "" for what came otherwise: the sign beside the name.
    channel = models.CharField(_("channel"), max_length=20, blank=True)
    about = models.CharField(_("about"), max_length=MAX_WORDS, blank=True)
    words = models.CharField(_("first words"), max_length=MAX_WORDS, blank=True)
    # That of the contact, so that a list of one assignee is read by an index; None without a contact.
    assigned_to = models.ForeignKey(
        User, models.SET_NULL, null=True, related_name="+", db_index=False, verbose_name=_("assigned to")
    )
    # What it is about, as of a first response: these tables are of the apps above.
    property_id = models.UUIDField(_("property"), null=True)
    inquiry_type_id = models.BigIntegerField(_("type"), null=True)
    source = models.CharField(_("source"), max_length=100, blank=True, default="", db_default="")
    later_until = models.DateTimeField(_("put off until"), null=True)
    later_words = models.CharField(_("reminder"), max_length=MAX_WORDS, blank=True)
    later_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("put off by"))
    # The time it had been put off to when the contact wrote before it.
    later_was = models.DateTimeField(null=True, editable=False)
    is_returned = models.BooleanField(_("came back"), default=False)
    # Who was told that it waits longer than the target: see `contacts.waiting.overdue`.
    overdue_told = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    ended_at = models.DateTimeField(_("ended at"), null=True)
    outcome = models.CharField(_("ended by"), max_length=20, choices=Outcome, blank=True)
    ended_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    ended_by_token = models.ForeignKey(
        ApiToken, models.SET_NULL, null=True, related_name="+", verbose_name=_("by program")
    )
    answer = models.ForeignKey(
        "contacts.ContactMessage", models.SET_NULL, null=True, related_name="settled_items", verbose_name=_("answer")
    )

    objects = WaitingItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("waiting item")
        verbose_name_plural = _("waiting items")
        indexes = INDEXES
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="waiting_once"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, outcome="") | (Q(ended_at__isnull=False) & ~Q(outcome="")),
                name="waiting_end_has_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.key}"

    @property
    def is_later(self) -> bool:
        return self.ended_at is None and self.later_until is not None

    @property
    def is_listed(self) -> bool:
        return self.ended_at is None and self.later_until is None
