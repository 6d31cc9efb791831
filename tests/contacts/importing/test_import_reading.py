"""CSV files that are read, and files that are refused as a whole."""

import codecs

import pytest
from django.core.exceptions import ValidationError

from contacts.importing.reading import MAX_BYTES, MAX_ROWS, looks_like_data, read_table

TABLE = (["Name", "E-mail"], [(2, ["Hélène", "h@example.org"])])


def table(data):
    headings, rows = read_table(data)
    return headings, list(rows)


def code(data):
    with pytest.raises(ValidationError) as caught:
        table(data)
    assert caught.value.messages[0]
    return caught.value.code


@pytest.mark.parametrize(
    "data",
    [
        "Name,E-mail\nHélène,h@example.org\n".encode(),
        "Name,E-mail\nHélène,h@example.org".encode(),
        "Name;E-mail\r\nHélène;h@example.org\r\n".encode("utf-8-sig"),
        "Name\tE-mail\rHélène\th@example.org\r".encode(),
        "Name,E-mail\nHélène,h@example.org\n".encode("cp1252"),
        "Name;E-mail\nHélène;h@example.org\n".encode("utf-16"),
        codecs.BOM_UTF16_BE + "Name\tE-mail\nHélène\th@example.org\n".encode("utf-16-be"),
        "sep=;\r\nName;E-mail\r\nHélène;h@example.org".encode(),
        "Name|E-mail\nHélène|h@example.org\n".encode(),
        'Name, "E-mail"\n"Hélène", "h@example.org"\n'.encode(),
        "Name,E-mail,,\nHélène,h@example.org,,\n,,,\n".encode(),
        " Name , E-mail\nHélène,h@example.org\n".encode(),
    ],
    ids=[
        "utf-8",
        "no end",
        "excel",
        "lone CR",
        "cp1252",
        "utf-16",
        "utf-16-be",
        "sep",
        "pipes",
        "quotes",
        "blanks",
        "spaces",
    ],
)
def test_the_same_table_however_it_is_written(data):
    headings, [(number, cells)] = table(data)
    assert (headings, [(number, [cell.strip() for cell in cells])]) == TABLE


def test_rows_are_numbered_as_a_spreadsheet_counts_them():
    text = 'Name,Note\nAnna,"two\nlines"\n\n , \r\nBoris,x\rCarl,\n'
    assert table(text.encode()) == (
        ["Name", "Note"],
        [(2, ["Anna", "two\nlines"]), (5, ["Boris", "x"]), (6, ["Carl"])],
    )


def test_blank_lines_before_the_headings_are_skipped():
    assert table(b"\n;;\nName;Phone\nAnna;06\n") == (["Name", "Phone"], [(4, ["Anna", "06"])])


def test_a_delimiter_within_quotes_does_not_count():
    assert table(b'"Name, first";Phone\n"A;B";1\n') == (["Name, first", "Phone"], [(2, ["A;B", "1"])])


def test_longer_and_shorter_rows_are_kept_as_they_are():
    assert table(b"A,B\n1\n1,2,3\n")[1] == [(2, ["1"]), (3, ["1", "2", "3"])]


def test_quotes_within_a_cell_are_text():
    assert table(b'A,B\nJo "Joe" Doe,"Jo ""Joe"" Doe"\n')[1] == [(2, ['Jo "Joe" Doe', 'Jo "Joe" Doe'])]


def test_an_escaped_formula_comes_back_and_nothing_else_is_undone():
    assert table(b"A,B,C\n'+331,'t Hooft,''=1\n")[1] == [(2, ["+331", "'t Hooft", "'=1"])]


def test_a_single_column_is_a_table():
    assert table(b"Naam\nAnna\n") == (["Naam"], [(2, ["Anna"])])


def test_odd_characters_are_read_as_they_are():
    rows = table("A\n\u202egnp.exe\n\U0001f600\x01\n".encode())[1]
    assert rows == [(2, ["\u202egnp.exe"]), (3, ["\U0001f600\x01"])]


@pytest.mark.parametrize(
    "data, expected",
    [
        (b"", "empty"),
        (codecs.BOM_UTF8, "empty"),
        (codecs.BOM_UTF16_LE, "empty"),
        (b"\n\r\n , \n,,\n", "empty"),
        (b"x" * (MAX_BYTES + 1), "too_large"),
        (b"PK\x03\x04" + b"\x00" * 100, "kind"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "kind"),
        (b"%PDF-1.7", "kind"),
        (b"Name,Phone\nAn\x00na,1\n", "text"),
        (codecs.BOM_UTF8 + b"Name\nH\xe9l\xe8ne\n", "text"),
        ("Hélène,é,è,ê\n".encode() + b"\xe9\x81\n", "text"),
        (b"Name\n\x81\x8d\n", "text"),
        (codecs.BOM_UTF16_LE + b"N\x00a", "text"),
        (codecs.BOM_UTF16_LE + b"\x00\xd8a\x00", "text"),
        ("Name\n".encode("utf-32"), "text"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "text"),
        (b",".join(b"c%d" % n for n in range(100_000)), "columns"),
        (b'Name,Phone\nAnna,"06\nBoris,07\n', "row"),
        (b'Name,Phone\nAnna,"06"7\n', "row"),
        (b"Name\n" + b"x" * 10_000_000, "row"),
        (b"x" * 10_000_000, "row"),
        (b'"' * 9_999_999, "row"),
        (b"Name,Phone\n" + b"A,1\n" * (MAX_ROWS + 1), "rows"),
        (b"Our clients 2026;;\n;;\nNom;Mail;Tel\nAnna;a@x.org;06\n", "title"),
        (b"Export\n\nName,E-mail\nAnna,a@x.org\n", "title"),
        (b"Contacts\nName|E-mail\nAnna|a@x.org\n", "title"),
        (b"Name|Mail|Phone\nAnna;a@x.org|06\nBea;b@x.org|07\n", "delimiter"),
        (b"Name,Mail\nAnna;a@x.org\n", "delimiter"),
    ],
    ids=[
        "nothing",
        "BOM",
        "UTF-16 BOM",
        "blanks",
        "11 MB",
        "xlsx",
        "xls",
        "pdf",
        "NUL",
        "BOM and cp1252",
        "damaged UTF-8",
        "neither",
        "odd UTF-16",
        "lone surrogate",
        "UTF-32",
        "png",
        "100,000 columns",
        "open quote",
        "stray quote",
        "10 MB cell",
        "10 MB heading",
        "10 MB of quotes",
        "50,001 rows",
        "title",
        "title of one cell",
        "title that is a field",
        "pipes and semicolons",
        "commas and semicolons",
    ],
)
def test_an_unreadable_file_is_refused_as_a_whole(data, expected):
    assert code(data) == expected


def test_as_many_rows_as_allowed_are_read():
    assert len(table(b"Name,Phone\n" + b"A,1\n" * MAX_ROWS)[1]) == MAX_ROWS


def test_the_message_names_the_row():
    with pytest.raises(ValidationError) as caught:
        table(b'Name,Phone\nAnna,1\n\nBoris,"2\n')
    assert caught.value.messages == ["Row 4 cannot be read: a quotation mark is not closed, or a cell is far too long."]


@pytest.mark.parametrize(
    "headings, expected",
    [
        (["Anna", "anna@example.org"], True),
        (["Anna", "06 12 34 56 78"], True),
        (["Name", "E-mail (@)"], False),
        (["A1", "Col 2", ""], False),
    ],
)
def test_a_first_row_with_an_address_or_a_number_is_data(headings, expected):
    assert looks_like_data(headings) is expected


def test_what_is_wrong_with_the_first_row_is_said():
    title = "The first row holds no headings, but row 2 does. Delete the rows above it."
    delimiter = "The cells of the rows are separated by semicolons, but those of the headings are not."
    messages = {b"Our clients;;\nNom;Mail;Tel\n": title, b"Name|Mail\nA;a@x.org\n": delimiter}
    for data, message in messages.items():
        with pytest.raises(ValidationError) as caught:
            table(data)
        assert caught.value.messages == [message]


def test_a_delimiter_within_a_cell_is_none():
    assert table(b"Name;Mail;Phone\nAnna;a@x.org, b@x.org;\n")[1] == [(2, ["Anna", "a@x.org, b@x.org"])]
    assert table(b"Name|Mail|Phone\nAnna|a@x.org; b@x.org|\n")[1] == [(2, ["Anna", "a@x.org; b@x.org"])]
