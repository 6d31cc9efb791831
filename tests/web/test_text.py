import pytest

from config.web.text import one_line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", ""),
        ("Anna\r\nBcc: everybody@example.org", "Anna Bcc: everybody@example.org"),
        ("a\x00b\x1bc\u2028d\u202ee", "a b c d e"),
        ("  many   spaces ", "many spaces"),
        ("é" * 300, "é" * 200),
    ],
)
def test_one_line_is_fit_for_a_header(text, line):
    assert one_line(text) == line
