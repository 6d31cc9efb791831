"""Contact.objects.search against what it means, said in plain Python."""

import pytest

from contacts.models import Contact
from contacts.search_text import contact_search_text, contact_terms

from ..factories import ContactFactory
from ..suite import thorough_but

pytestmark = pytest.mark.dialect

NAMES = [
    "Hélène Œuvrard",
    "HELENE",
    "50% off",
    "5000 off",
    "a_b",
    "axb",
    "O'Neil",
    'say "hi"',
    'say ""hi""',
    "back\\slash",
    "back\\\\slash",
    "star * star",
    "^start",
    "-minus -not",
    "Ann OR Bob",
    "Ann NOT Bob",
    "NEAR(ann bob, 3)",
    "NEAR",
    "name: {col} : x",
    "(in brackets)",
    "[a-z] [!a]",
    "question?",
    "😀 smile",
    "😀😀😀😀",
    "👩‍👩‍👧 family",
    "İstanbul Işık",
    "istanbul ısık",
    "Straße",
    "STRASSE",
    "Ångström",
    "A\u030angstro\u0308m",
    "Zoe\u0308",
    "\u1e9b\u0323",
    "ᴬnna ℝobert",
    "ΌΣΟΣ όσος",
    "東",
    "東京",
    "東京都",
    "東京都庁",
    "محمد علي",
    "مُحَمَّد",
    "한국어",
    "ﷺ",
    "e\u200bmpty",
    "tab\tand  spaces",
    "new\nline",
    "café",
    "x" * 200,
    "ﷺ" * 200,
    "; DROP TABLE contacts_contact; --",
    "%s %d {} %%",
    "06 12 34 in a name",
]
PHONES = ["", "+33612345678", "+33140606178", "+32475123456", "+15551234567", "+390612345678", "+5491123456789", "+800"]
TYPED = """
% _ \\ ' " * ^ - + ( ) ? [ ] { } : ; . , @ é é+ i ı İ ss ẞ e\u0301 \u0301 %% __ "" \\% %_% a%b *** --- ^^^ AND OR NOT
NEAR near( hélène OEUVRARD example.org @example EXAMPLE.ORG visitor zzz
0 6 33 06 061 0612 06.12.34 06-12/34 +33 +336 0033 003360 00 000 0475 +32475 612345 06061 ٠٦١٢ ０６１２ 50% ++33
""".split()  # noqa: SIM905 - a list of seventy quoted words is hard to read
SPACED = """
hélène  œuv| lene |" OR "|org +33|06 12 34|(06) 12|(0)6 12|+33 6|+33 (0)6 12|0033 6 12|33 (0)6|1 555|(555) 123|04 75 12
0032 475|6 1 2|06 1234|+39 06|011 15|911 2345|060 61|0606 1|06 12 x|LENE\nŒUV|lene\toeu|org\n33|8\n0||   |\n
""".split("|")  # noqa: SIM905
TERMS = [
    *NAMES,
    *(name[1:4] for name in NAMES),
    *(name[:2] for name in NAMES),
    *(name[-1:] for name in NAMES),
    *TYPED,
    *SPACED,
    *("ﷺ" * 66, "x" * 199, "x" * 201, "東" * 200),
]


@pytest.fixture
def corpus(pro):
    """Every name, each with one of the phones, a third of them without e-mail."""
    for number, name in enumerate(NAMES):
        phone = PHONES[number % len(PHONES)]
        ContactFactory(pro=pro, name=name, phone=phone, **({"email": ""} if phone and number % 3 == 0 else {}))
    ContactFactory(name="Another Pro's Hélène", phone="+33612345678")
    return Contact.objects.for_pro(pro)


def in_plain_python(rows, term, by_word):
    """The names that `term` finds, from the rows' own fields."""
    wanted = contact_terms(term, by_word=by_word)
    texts = ((row, contact_search_text(row.name, row.email, row.phone)) for row in rows)
    return sorted(row.name for row, text in texts if all(any(one in text for one in terms) for terms in wanted))


@pytest.mark.parametrize("by_word", thorough_but(False, of=[False, True]))
def test_every_term_finds_what_plain_python_finds(corpus, by_word):
    rows = list(corpus)
    assert len(rows) == len(NAMES)
    for term in TERMS:
        contacts = corpus.search(term, by_word=by_word)
        expected = in_plain_python(rows, term, by_word)
        assert sorted(contacts.values_list("name", flat=True)) == expected, term
        assert contacts.count() == len(expected), term


def test_every_name_is_found_by_itself(corpus):
    for row in corpus:
        for text in filter(None, (row.name, row.name.upper(), row.email, row.phone)):
            assert row in corpus.search(text), text


@pytest.mark.parametrize(
    ("typed", "phones"),
    [
        ("06", {"+33612345678", "+33140606178", "+390612345678"}),
        ("0612", {"+33612345678", "+390612345678"}),
        ("06 12 34", {"+33612345678", "+390612345678"}),
        ("(0)6 12", {"+33612345678", "+390612345678"}),
        ("06061", {"+33140606178"}),
        ("+33", {"+33612345678", "+33140606178"}),
        ("+33 (0)6", {"+33612345678"}),
        ("0033 6 12", {"+33612345678"}),
        ("336 12", {"+33612345678"}),
        ("0475", {"+32475123456"}),
        ("(555) 123", {"+15551234567"}),
        ("011 15-2345", {"+5491123456789"}),
        ("\u0660\u0666\u0661\u0662", {"+33612345678", "+390612345678"}),
        ("123456", {"+33612345678", "+32475123456", "+15551234567", "+390612345678", "+5491123456789"}),
        ("6%", set()),
        ("6 x", set()),
    ],
)
def test_a_part_of_a_number_as_at_home_or_from_abroad(pro, typed, phones):
    for phone in filter(None, PHONES):
        ContactFactory(pro=pro, name="A", email="", phone=phone)
    assert set(Contact.objects.for_pro(pro).search(typed).values_list("phone", flat=True)) == phones


@pytest.mark.parametrize(
    "typed",
    ["œuvrard hélène", "hel oeuv", "visitor hélène", "neil o'", "O’Neil", "o neil", "HÉLÈNE 06", "xavier francois"],
)
def test_words_are_found_in_any_order(pro, typed):
    names = {"Hélène Œuvrard": "+33612345678", "Brian O'Neil": "", "François-Xavier": ""}
    for name, phone in names.items():
        ContactFactory(pro=pro, name=name, phone=phone, email="visitor@example.org")
    [contact] = Contact.objects.for_pro(pro).search(typed, by_word=True)
    assert contact.name in names


def test_it_goes_with_filters_order_count_and_slices(pro, corpus):
    Contact.objects.filter(name="50% off").update(status="renter")
    assert corpus.filter(status="renter").search("off").get().name == "50% off"
    assert corpus.search("off").filter(status="renter").get().name == "50% off"
    assert corpus.search("off").search("5000 off").get().name == "5000 off"
    visitors = corpus.search("visitor").newest_first()
    assert list(visitors[1:4]) == list(visitors)[1:4]
    assert len(corpus.search("visitor")) == visitors.count() > 3
    assert corpus.exclude(pk__in=corpus.search("off")).count() == len(NAMES) - 2
    assert (corpus.search("off") | corpus.search("o'neil")).count() == 3
    assert not corpus.search("nobody has this").exists()
    gone = corpus.search("o'neil").get()
    gone.archive(by=None)
    assert corpus.search("o'neil").count() == 0
    assert Contact.objects.for_pro(pro, deleted=True).search("o'neil").get() == gone


@pytest.mark.parametrize("text", ["a\0b", "\0", "abc\0"])
def test_what_no_database_could_hold_is_not_found(corpus, text):
    assert not corpus.search(text).exists()


def test_a_common_term_is_found_as_well(pro, monkeypatch):
    monkeypatch.setattr("config.search.sqlite.RARE", 1_000)
    rows = [Contact(pro=pro, name="Marie", email=f"m{n}@example.org") for n in range(1_100)]
    for row in rows:
        row.search_text = row.make_search_text()
    Contact.objects.bulk_create(rows)
    contacts = Contact.objects.for_pro(pro)
    assert (contacts.search("marie").count(), contacts.search("m1000@").count(), contacts.search("m99@").count()) == (
        1_100,
        1,
        1,
    )
    assert [row.name for row in contacts.search("example").newest_first()[:2]] == ["Marie", "Marie"]
