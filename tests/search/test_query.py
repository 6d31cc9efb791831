"""Reading of what somebody searches for."""

import time

from config.search.query import read_query


def terms(text):
    query = read_query(text)
    return query.phrase(), query.words(), query.words_or_number()


def test_words_are_folded_and_each_is_looked_for_once(subtests):
    table = {
        "": ([], [], []),
        " \t\n ": ([], [], []),
        "Hélène": ([{"helene"}], [{"helene"}], [{"helene"}]),
        "Hélène  ŒUVRARD": ([{"helene oeuvrard"}], [{"oeuvrard"}, {"helene"}], [{"oeuvrard"}, {"helene"}]),
        'say "hi" say': ([{'say "hi" say'}], [{'"hi"'}, {"say"}], [{'"hi"'}, {"say"}]),
        "%": ([{"%"}], [{"%"}], [{"%"}]),
    }
    for text, (phrase, words, either) in table.items():
        with subtests.test(text):
            read = [sorted(map(sorted, some)) for some in terms(text)]
            assert read == [sorted(map(sorted, some)) for some in (phrase, words, either)]


def test_of_many_words_the_ten_longest_stay():
    text = " ".join("x" * n for n in range(1, 31))
    assert read_query(text).words() == [{"x" * n} for n in range(30, 20, -1)]


def test_a_number_is_read_however_it_is_grouped(subtests):
    table = {
        "06 12 34 56 78": "612345678",
        "06.12-34/56 78": "612345678",
        "+33 6 12 34": "3361234",
        "+33 (0)6 12 34": "3361234",
        "(06) 12 34": "61234",
        "0033 6 12": "33612",
        "٠٦ ١٢ ٣٤": "61234",
        "０６１２": "612",
        "#1234": "1234",
        "€ 4.500,00": "450000",
        "6%": "6",
    }
    for text, number in table.items():
        with subtests.test(text):
            query = read_query(text)
            assert (query.number, query.words_or_number()) == (number, [{query.folded, number}])


def test_what_has_letters_or_nothing_but_zeros_is_no_number(subtests):
    for text in ("", "0", "00 0", "6 x", "a1", "+", "東 6", "½ l"):
        with subtests.test(text):
            query = read_query(text)
            assert (query.number, query.words_or_number()) == ("", query.words())


def test_a_phone_number_has_nothing_but_digits_and_what_groups_them(subtests):
    for text, is_phone in {"06 12": True, "+33 (0)6": True, "1": True, "6%": False, "#1": False, "": False}.items():
        with subtests.test(text):
            assert read_query(text).is_phone is is_phone
    assert read_query("+33 (0)6 12").digits == "33612"
    assert read_query("06 12").digits == "0612"


def test_what_no_database_holds_is_looked_for_nowhere(subtests):
    for text in (
        "\0",
        "a\0b",
        "\0 12",
        "12 \0",
        "a \ud800 b",
        "\udfff",
        "\0" + " ".join("x" * n for n in range(1, 31)),
    ):
        with subtests.test(repr(text)):
            assert terms(text) == ([set()], [set()], [set()])
            assert (read_query(text).number, read_query(text).is_phone) == ("", False)


def test_five_thousand_characters_are_read_at_once(subtests):
    for text in ("1" * 5_000, "1 " * 2_500, "(0)" * 1_700, "+-" * 2_500, "x " * 2_500, "( " * 2_500, '"' * 5_000):
        with subtests.test(text[:4]):
            before = time.process_time()
            terms(text)
            assert time.process_time() - before < 0.5
    assert read_query("1" * 5_000).number == "1" * 5_000
