"""Lists of the desk as rows: who waits, who comes back later, what is done, all conversations, drafts."""

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models.fields.tuple_lookups import TupleLessThan
from django.utils import timezone
from django.utils.translation import gettext as _

from config.accounts.models import Pro, User
from config.web.addresses import address
from config.web.compiled import Compiled, Question
from config.web.paging import from_cursor, to_cursor
from config.web.text import one_line
from config.web.together import UNASKED, Answers

from ..assigning.colleagues import list_colleagues
from ..hours.schedules import find_hours
from ..hours.targets import Targets
from ..models import Contact, ContactMessage, Draft, WaitingItem
from ..models.waiting import WaitingItemQuerySet, Whose
from ..news import item_url
from ..waiting.counting import start_of_today
from ..waiting.listing import (
    SIZE,
    ListedPerson,
    ListPage,
    ask_last_items,
    from_waiting_cursor,
    list_done,
    list_later,
    list_waiting,
)
from ..waiting.offer_answers import OfferAnswer, read_offer_answers


class Row(NamedTuple):
    """One person of a list.

    `key` is the id of the contact, else of the item. `at` is what the list goes by: since when they wait, until when
    they are put off, when it was done. `last` is the last message, where the list shows it. `group` is the heading
    above the row when the row before has another one. `newest_id` is the last item that it shows
    of a contact who waits. `assignee` is the name of the colleague to whom they are assigned. `due` is "soon" or
    "over" where the office has a target that is nearly, or quite, over.
    """

    key: str
    contact: Contact | None
    item: WaitingItem | None
    name: str
    at: datetime
    words: str = ""
    about: str = ""
    channel: str = ""
    times: int = 1
    tag: str = ""
    last: ContactMessage | None = None
    group: str = ""
    newest_id: int = 0
    assignee: str = ""
    due: str = ""

    @property
    def url(self) -> str:
        """Address of the thread of the contact, else of what the item stands for."""
        if self.contact:
            return address("waiting:person", self.contact.pk)
        return item_url(self.item) if self.item else ""


def read_waiting(pro: Pro, user: User, search: str, cursor: str, answers: Answers) -> ListPage[Row]:
    """One row a person, those that came back first, then the ones who have waited longest."""
    people, next_cursor = list_waiting(pro, cursor, search=search, whose=shown_to(user), answers=answers)
    names = _names_of_assignees(pro, people, answers)
    targets = Targets(find_hours(pro, answers), timezone.now())
    rows = [
        _person_row(person, person.item.since)._replace(
            assignee=names.get(person.item.assigned_to_id, ""), due=_due(targets, person.item)
        )
        for person in people
    ]
    return ListPage(rows if search else _mark_groups(rows, people, cursor), next_cursor)


def _due(targets: Targets, item: WaitingItem) -> str:
    """ "over" for whoever has waited longer than the target, "soon" before that, "" for others and who came back."""
    if item.is_returned or not targets.is_due_soon(item.channel, item.since):
        return ""
    return "over" if targets.times_waited(item.channel, item.since, at_most=1) else "soon"


def shown_to(user: User) -> Whose:
    """The assignees whose people the list of who waits shows to a user, as they have chosen."""
    chosen: dict[str, Whose] = {User.Shown.MINE: (user.pk,), User.Shown.NOBODYS: (None,)}
    return chosen.get(user.waiting_shown, ())


def _names_of_assignees(pro: Pro, people: Sequence[ListedPerson], answers: Answers) -> dict[int | None, str]:
    """Names of those to whom some of these people are assigned, by their ids."""
    if all(person.item.assigned_to_id is None for person in people):
        return {}
    return {each.id: each.name for each in list_colleagues(pro, answers)}


def read_later(pro: Pro, user: User, search: str, cursor: str, answers: Answers) -> ListPage[Row]:
    """One row a person who was put off, the next to come back first."""
    people, next_cursor = list_later(pro, cursor, search=search)
    return ListPage([_person_row(person, person.item.later_until) for person in people], next_cursor)


def read_done(pro: Pro, user: User, search: str, cursor: str, answers: Answers) -> ListPage[Row]:
    """Items that were answered or needed no answer, the last one first."""
    items, next_cursor = list_done(pro, cursor, search=search)
    rows = [_item_row(item, item.ended_at or item.since)._replace(tag=item.get_outcome_display()) for item in items]
    return ListPage(rows, next_cursor)


def read_all(pro: Pro, user: User, search: str, cursor: str, answers: Answers) -> ListPage[Row]:
    """Everybody with something in their thread, the last word first."""
    found = ContactMessage.objects.search_conversations(pro, search)
    page, has_more = found.conversations(from_cursor(cursor, uuid.UUID) if cursor else None, SIZE)
    if not page:
        return ListPage([], "")
    answers.ask(ContactMessage.objects.ask_last(page), ask_last_items(page))
    items = {item.contact_id: item for item in answers.rows(ask_last_items(page))}
    offers = read_offer_answers(items.values())
    contacts = ContactMessage.objects.with_last(page, answers)
    rows = [_conversation_row(contact, items.get(contact.pk), offers) for contact in contacts]
    end = page[-1].last_word_at if has_more else None
    return ListPage(rows, to_cursor(end, page[-1].pk) if end else "")


def read_drafts(pro: Pro, user: User, search: str, cursor: str, answers: Answers) -> ListPage[Row]:
    """Drafts of the office, the last one first."""
    drafts = Draft.objects.for_pro(pro).newest_first()
    drafts = drafts.filter(contact__in=Contact.objects.for_pro(pro).search(search, by_word=True)) if search else drafts
    if cursor:
        drafts = drafts.filter(TupleLessThan(("updated_at", "id"), from_cursor(cursor, uuid.UUID)))
    page = list(drafts[: SIZE + 1])
    end = to_cursor(page[SIZE - 1].updated_at, page[SIZE - 1].pk) if len(page) > SIZE else ""
    return ListPage([_draft_row(draft, user) for draft in page[:SIZE]], end)


# Each list by its name, which is that of its URL too.
LISTS: dict[str, Callable[[Pro, User, str, str, Answers], ListPage[Row]]] = {
    "list": read_waiting,
    "later": read_later,
    "done": read_done,
    "all": read_all,
    "drafts": read_drafts,
}


def find_next_person(
    pro: Pro,
    contact: Contact,
    items: Sequence[WaitingItem] | None = None,
    answers: Answers = UNASKED,
    *,
    whose: Whose = (),
) -> WaitingItem | None:
    """First item of the person who stands after a contact in the list of who waits, else of the first other person.

    `items` are the contact's listed ones, where the caller has read them.
    """
    waiting = list(WaitingItem.objects.for_pro(pro).listed().of_contact(contact)) if items is None else items
    following = answers.first(ask_next_person(pro, contact, waiting, whose))
    return following or (answers.first(ask_next_person(pro, contact, (), whose)) if waiting else None)


def ask_next_person(
    pro: Pro, contact: Contact, items: Sequence[WaitingItem], whose: Whose = ()
) -> Question[WaitingItem]:
    """The question for the person after a contact with these listed items; without any, for the first one."""
    own = min(items, key=lambda item: (not item.is_returned, item.since, item.pk), default=None)
    place: tuple[Any, ...] = (own.is_returned, own.since, own.pk) if own else ()
    return _OTHERS_OF.question(pro, contact, *whose, *place) if whose else _OTHERS.question(pro, contact, *place)


def _others(pro: Pro, contact: Contact, *place: Any, whose: Whose = ()) -> WaitingItemQuerySet:
    """The first other person in the list, after a place: (is_returned, since, id)."""
    listed = WaitingItem.objects.for_pro(pro).first_of_each_person().of(whose)
    people = listed.longest_first().filter(contact__isnull=False)
    others = people.select_related("contact").exclude(contact=contact)
    return (others.after(*place) if place else others)[:1]


_OTHERS = Compiled(_others, keeps_plan=True)
_OTHERS_OF = Compiled(lambda pro, contact, id, *place: _others(pro, contact, *place, whose=(id,)), keeps_plan=True)


def find_row(pro: Pro, contact: Contact) -> Row | None:
    """Row of a contact in the list of who waits, None when nothing of theirs does."""
    items = list(WaitingItem.objects.for_pro(pro).filter(contact=contact).listed().longest_first())
    for item in items:
        item.contact = contact
    if not items:
        return None
    person = ListedPerson(items[0], max(items, key=lambda item: item.since), len(items))
    names = _names_of_assignees(pro, [person], UNASKED)
    due = _due(Targets(find_hours(pro), timezone.now()), items[0])
    return _person_row(person, items[0].since)._replace(assignee=names.get(items[0].assigned_to_id, ""), due=due)


def _mark_groups(rows: Sequence[Row], people: Sequence[ListedPerson], before: str) -> list[Row]:
    """Set `group` on the first row of each group. `before` is the cursor of the page, whose row stands before them."""
    last, marked = _group_before(before), list[Row]()
    for row, person in zip(rows, people, strict=True):
        marked.append(row._replace(group=person.group if person.group != last else ""))
        last = person.group
    return marked


def _group_before(cursor: str) -> str:
    if not cursor:
        return ""
    is_returned, since, _id = from_waiting_cursor(cursor)
    return "back" if is_returned else "old" if since < start_of_today() else "today"


def _person_row(person: ListedPerson, at: datetime | None) -> Row:
    row = _item_row(person.item, at or person.item.since)
    newest = person.newest
    return row._replace(
        words=person.words,
        about=newest.about if person.contact else "",
        channel=newest.channel,
        times=person.count,
        newest_id=newest.pk if person.contact and not newest.later_until else 0,
        tag=newest.get_kind_display() if newest.kind == WaitingItem.Kind.OFFER else "",
    )


def _item_row(item: WaitingItem, at: datetime) -> Row:
    """Row of an item; one without a contact carries the person's name in `about`."""
    contact = item.contact
    name, about = (contact.name, item.about) if contact else (item.about, "")
    return Row(str(item.contact_id or item.pk), contact, item, name, at, item.words, about, item.channel)


def _conversation_row(contact: Contact, item: WaitingItem | None, offers: dict[int, OfferAnswer]) -> Row:
    """Row of a contact with the last message, or with the request, inquiry or answer to an offer after it."""
    last: ContactMessage | None = contact.last_message  # type: ignore[attr-defined]
    row = Row(str(contact.pk), contact, None, contact.name, contact.last_word_at or contact.created_at)
    if item and item.kind != WaitingItem.Kind.MESSAGE and (last is None or item.since > last.created_at):
        words = offers[item.pk].text if item.pk in offers else item.words
        tag = item.get_kind_display()
        return row._replace(words=words, about=item.about, channel=item.channel, tag=tag)
    if last is None:
        return row
    tag = last.get_state_display() if last.state == last.State.FAILED else ""
    return row._replace(channel=last.channel, tag=tag, last=last)


def _draft_row(draft: Draft, user: User) -> Row:
    tag = _("Draft") if draft.user_id == user.pk else _("Draft of %(name)s") % {"name": draft.user}
    words, contact = one_line(draft.text, 120), draft.contact
    return Row(str(contact.pk), contact, None, contact.name, draft.updated_at, words, channel=draft.channel, tag=tag)
