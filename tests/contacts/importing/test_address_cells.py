"""E-mails and phone numbers in a cell, as programs write them."""

import pytest

from contacts.importing.address_cells import read_emails, read_phones

EMAILS = {
    "ann@x.org": (["ann@x.org"], []),
    "Ann Bell <ann@x.org>": (["ann@x.org"], []),
    '"Bell, Ann" <ann@x.org>, Bob <bob@x.org>': (["ann@x.org", "bob@x.org"], []),
    "bob@x.org, Bell, Ann <ann@x.org>": (["bob@x.org", "ann@x.org"], []),
    "mailto:ann@x.org?subject=Hi": (["ann@x.org"], []),
    "E-mail: ann@x.org": (["ann@x.org"], []),
    " ann @x.org ": (["ann@x.org"], []),
    "ann@x.org ::: bob@x.org": (["ann@x.org", "bob@x.org"], []),
    "ann@x.org; bob@x.org,cy@x.org\ndi@x.org | ed@x.org": (
        ["ann@x.org", "bob@x.org", "cy@x.org", "di@x.org", "ed@x.org"],
        [],
    ),
    "ann@x.org; ANN@X.org": (["ann@x.org"], []),
    "none; bob@x.org": (["bob@x.org"], ["none"]),
    "ann(at)x.org": ([], ["ann(at)x.org"]),
    "<ann@x.org>.": (["ann@x.org"], []),
    "ann@x.org / bob@x.org": (["ann@x.org", "bob@x.org"], []),
    "ask the office": ([], ["ask the office"]),
    f"{'a' * 250}@x.org": ([], [f"{'a' * 250}@x.org"]),
    ";".join(["a@x.org"] * 21): ([], [";".join(["a@x.org"] * 21)]),
}
PHONES = {
    "06 12 34 56 78": (["+33612345678"], []),
    "+33 6 12 34 56 78 ::: 01 23 45 67 89": (["+33612345678", "+33123456789"], []),
    "06 12 34 56 78 / 01 23 45 67 89": (["+33612345678", "+33123456789"], []),
    "0612345678,0123456789": (["+33612345678", "+33123456789"], []),
    "06 12 34 56 78 ou 01 23 45 67 89": (["+33612345678", "+33123456789"], []),
    "tel:+32475123456": (["+32475123456"], []),
    "Mob. : 06.12.34.56.78": (["+33612345678"], []),
    "06 12 34 56 78 (after six)": (["+33612345678"], []),
    '="0612345678"': (["+33612345678"], []),
    "33612345678": (["+33612345678"], []),
    "ask the office; 06 12 34 56 78": (["+33612345678"], ["ask the office"]),
    "3,36112E+10": ([], ["3,36112E+10"]),
    "12": ([], ["12"]),
    "none": ([], ["none"]),
}


@pytest.mark.parametrize("cell", EMAILS)
def test_the_emails_of_a_cell(cell):
    assert read_emails(cell)[:2] == EMAILS[cell]


@pytest.mark.parametrize("cell", PHONES)
def test_the_phones_of_a_cell(cell):
    assert read_phones(cell, "FR")[:2] == PHONES[cell]


def test_a_slash_within_a_number_is_no_separator():
    assert read_phones("030/1234567", "DE").usable == ["+49301234567"]


@pytest.mark.parametrize("cell", ["a@b," * 30_000, "<" * 100_000, "12," * 40_000, "+33 6 " * 20_000, "ou " * 40_000])
def test_a_huge_cell_is_unusable(cell):
    assert [read(cell, "FR").usable for read in (read_emails, read_phones)] == [[], []]


@pytest.mark.parametrize(
    "cell, expected",
    [("ann@x.org", False), ("mailto:ann@x.org", False), ("Ann <ann@x.org>", True), ("ann@x.org (home)", True)],
)
def test_further_words_are_noticed(cell, expected):
    assert read_emails(cell).has_remarks is expected
