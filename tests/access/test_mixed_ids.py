"""Own and another Pro's ids in one address, and ids that no row can have."""

import re

from config.accounts.models import User

from .conftest import SECRET
from .expectations import WITHOUT_GATE
from .matrix import fill, outcome, sign_in, text_of, undone
from .rows import Rows
from .workspace import WORKSPACE

PAGES = {**WORKSPACE, **WITHOUT_GATE}
HUGE = [2**31, 2**63 - 1, 2**63, 9**99]
# A second click finds a draft gone, and any draft that is not there is gone.
DRAFT, GONE = ("POST", "inbox/<uuid:id>/draft/<uuid:draft>/delete", "draft"), 302


class Mixed(Rows):
    """Own rows, with one of another Pro's in place of the own one."""

    def __init__(self, own: Rows, rows: Rows, foreign: object) -> None:
        dict.__init__(self, {**own, foreign: rows[foreign]})


def test_another_pros_row_beside_an_own_one_is_not_found(rows, own):
    wrong, before, client = [], rows.stored(), sign_in(own[User])
    for address, page in PAGES.items():
        names = page.row_ids if len(page.row_ids) > 1 else []
        for name in names:
            for method in ("GET", "POST"):
                with undone():
                    response = client.generic(method, fill(address, page.ids, Mixed(own, rows, page.ids[name])))
                    label = f"{method} {address} with a foreign {name}"
                    expected = GONE if (method, address, name) == DRAFT else page.foreign_answer(method)
                    if outcome(response) != expected:
                        wrong.append(f"{label}: {outcome(response)}, not {expected}")
                    if SECRET in text_of(response):
                        wrong.append(f"{label} tells of another Pro")
                    if rows.stored() != before:
                        wrong.append(f"{label} changes another Pro's rows")
    assert wrong == [], "\n".join(wrong)


def test_an_id_beyond_the_database_is_not_found(own):
    wrong, client = [], sign_in(own[User])
    for address, page in PAGES.items():
        for name in re.findall(r"<int:(\w+)>", address):
            if name not in page.row_ids:
                continue
            for id in HUGE:
                for method in page.answers:
                    response = client.generic(method, fill(address, {**page.ids, name: id}, own))
                    if outcome(response) != 404:
                        wrong.append(f"{method} {address} with {name}={id}: {outcome(response)}")
    assert wrong == [], "\n".join(wrong)
