"""Text of an e-mail: visible text of HTML, and the quoted history split off."""

import pytest

from contacts.channels.letters.history import split_history
from contacts.channels.letters.html_text import html_to_text
from tests.suite import thorough_but

HISTORIES = [
    "On Mon, 4 May 2026 at 10:00, Agence <a@example.com> wrote:\n> Bonjour\n>\n> Claire",
    "On Mon, 4 May 2026 at 10:00, Agence\n<a@example.com> wrote:\n\n> Bonjour",
    "Le lun. 4 mai 2026 à 10:00, Agence <a@example.com> a écrit :\n> Bonjour",
    "Op ma 4 mei 2026 om 10:00 schreef Agence <a@example.com>:\n> Dag",
    "Am 04.05.2026 um 10:00 schrieb:\n> Guten Tag",
    "-----Original Message-----\nFrom: Agence\nBonjour",
    "-------- Message d'origine --------\nDe : Agence\nBonjour",
    "-----Oorspronkelijk bericht-----\nDag",
    "________________________________\nDe : Agence",
    "From: Agence <a@example.com>\nSent: Monday\nTo: me\nSubject: x\n\nBonjour",
    "De : Agence <a@example.com>\nEnvoyé : lundi\nÀ : moi\n\nBonjour",
    "Van: Agence\nVerzonden: maandag\n\nDag",
    "> Bonjour\n> Claire",
]


@pytest.mark.parametrize("history", HISTORIES)
def test_quoted_history_is_split_off(history):
    assert split_history(f"Yes, gladly.\n\nLéa\n\n{history}\n") == ("Yes, gladly.\n\nLéa", history)


@pytest.mark.parametrize(
    "text",
    [
        "Bonjour,\n\nest-ce libre ?",
        "> Is it free?\nYes.\n> And on Sunday?\nNo.",
        "He wrote:\nnothing more",
        "On 4 May he wrote: hello\nand I answered",
        "From: here\nto there",
        "a > b",
    ],
)
def test_text_without_history_is_all_new(text):
    assert split_history(text) == (text, "")


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Bonjour&nbsp;Léa,</p><p>oui<br>demain &amp; lundi</p>", "Bonjour Léa,\n\noui\ndemain & lundi"),
        ("<style>p{}</style><script>alert(1)</script><title>x</title><p>Hi</p>", "Hi"),
        ("<ul><li>one</li><li>two</li></ul>", "- one\n- two"),
        ("a\n   b\t c", "a b c"),
        ("Yes<blockquote>old<blockquote>older</blockquote></blockquote>", "Yes\n> old\n>> older"),
        ("<p>&lt;script&gt;</p>", "<script>"),
        ("<p>unclosed <b>bold", "unclosed bold"),
        ("</blockquote></p>stray", "stray"),
        ("<html><head><title>x</title><body>Hi", "Hi"),
        ("<p title=it's>one</p><p title=\"a>b\" lang='<p>'>two</p>", "one\n\ntwo"),
        ("<!-- a > b <p>--><?xml x?><!DOCTYPE html>Hi<!-- and no end <p>x", "Hi"),
        ("<SCRIPT>if (a < b) '<p>'</SCRIPT >Hi<style>p > a {}", "Hi"),
        ("1 < 2 > 0 <3", "1 < 2 > 0 <3"),
        ("Hi<p class=", "Hi"),
        ("&#x1F600; &euro;5 &nosuch; a&b", "😀 €5 &nosuch; a&b"),
        # More digits than Python makes a number of.
        (f"a &#{'1' * 5000}; b &#x{'f' * 5000}; c", "a \ufffd b \ufffd c"),
        ("", ""),
    ],
)
def test_html_becomes_visible_text(html, text):
    assert html_to_text(html) == text


HTML = [
    ("<table><tr><td>Name</td><td>Lea</td></tr><tr><td>Phone</td><td>06</td></tr></table>", "Name Lea\nPhone 06"),
    ("<table><tr><td><p>Name</p><td><p>Lea</p><tr><td><p>Phone</p><td><p>06</p></table>", "Name Lea\nPhone 06"),
    ("<table><tr><td>a<br>b</td><td>c</td></tr></table>", "a\nb\nc"),
    ("<ol><li>One<li>Two</ol><ol start=4><li>Four<li value=9>Nine</ol>", "1. One\n2. Two\n\n4. Four\n9. Nine"),
    ("<pre>a\n  b</pre>", "a\n  b"),
    ("<div style='white-space: pre-wrap'>a\n  b</div>", "a\n  b"),
    ("<div>a</div><div>b</div><div><br></div><div>c</div>", "a\nb\n\nc"),
    ("<select><option>x<option>y</select>", "x y"),
    ("<textarea>a <b></textarea>", "a <b>"),
    ("my <a href='https://x.example/a'>file</a>", "my file (https://x.example/a)"),
    ("<a href='https://www.x.example/'>x.example</a>", "x.example"),
    (
        "<a href='mailto:a@x.example?subject=b'>a@x.example</a>, <a href='mailto:a@x.example'>Ana</a>",
        "a@x.example, Ana (a@x.example)",
    ),
    ("<a href='tel:+33612'>+33 6 12</a> <a href='javascript:x'>y</a> <a href='#z'>z</a>", "+33 6 12 y z"),
    ("<a href='https://x.example'><img src=a></a>", "https://x.example"),
    ("<img alt='Plan of the flat'><img alt=''><img alt='😀'>", "[Plan of the flat]😀"),
    ("<html><head><meta charset=utf-8><p>No body</p></html>", "No body"),
    ("<blockquote style='margin:0 0 0 40px;border:none;padding:0px'>indented</blockquote>", "indented"),
]
HIDDEN = [
    *("style='display:none'", "style='DISPLAY: none !important'", "style='font-size:0'", "style='font-size:0.0px;'"),
    *("style='max-height:0px;overflow:hidden'", "style='mso-hide:all'", "style='opacity:0'", "hidden"),
    *("style='visibility:hidden'", "style='color:red;opacity:0.0'"),
]
SEEN = [
    *("style='font-size:10px'", "style='max-height:600px'", "style='opacity:0.5'", "style='font-size:0.8em'"),
    *("class=hidden", "style='display:block'", "title=hidden"),
]


@pytest.mark.parametrize(("html", "text"), HTML)
def test_html_reads_as_it_looks(html, text):
    assert html_to_text(html) == text


@pytest.mark.parametrize("attribute", HIDDEN)
def test_hidden_text_is_left_out(attribute):
    assert html_to_text(f"<div {attribute}>Unseen <b>words</b></div>Hi") == "Hi"
    # An e-mail is not empty because all of it is hidden.
    assert html_to_text(f"<div {attribute}>Words</div>") == "Words"


@pytest.mark.parametrize("attribute", SEEN)
def test_other_styles_hide_nothing(attribute):
    assert html_to_text(f"<div {attribute}>Words</div>Hi") == "Words\nHi"


def test_size_within_an_element_without_size_is_seen():
    assert html_to_text("<td style='font-size:0'>no<div style='font-size:13px'>Words</div></td>") == "Words"


def test_quotation_of_an_html_mail_is_split_off():
    html = "<div>Yes</div><div>On 4 May Agence wrote:</div><blockquote><p>Bonjour</p><p>Claire</p></blockquote>"
    assert split_history(html_to_text(html)) == ("Yes", "On 4 May Agence wrote:\n\n> Bonjour\n\n> Claire")


LONG = [
    *("> x", "On 1 wrote:", "From: x", "From: x\n\n", "-----", "1 a b c", ">", "a\n>", "", " ", "On 1\nwrote"),
    *("wrote" + " " * 5000 + "x", "-" * 5000 + "x", "_" * 5000, "On " + "a " * 5000, "> " * 5000),
]


@pytest.mark.parametrize("line", LONG)
def test_long_mail_is_read_in_linear_time(line):
    """Reading that grows with the square of its length would not come to an end here."""
    text = f"{line}\n" * (1_000_000 // (len(line) + 9)) + "end"
    assert split_history(text)[0].endswith("end")


HTML = [
    *("<blockquote>", "</p><p>", "<p>x", "<", "</", "<a", "<a ", "<a b", "<a b='", '<a b="', "<a b=' '", "<a ="),
    *("<!", "<!--", "<!-- -", "<![CDATA[", "<?", "&", "&#", "&#1", "&#x", "&a", "&#99999999", "x", "<title>", "="),
    *("<script>", "<script></script", "<style><", "<textarea>", "<head>", "<body>", "</blockquote>"),
]


@pytest.mark.parametrize("piece", thorough_but("<blockquote>", "<a b='", "<!--", "&", "<script>", of=HTML))
def test_long_html_is_read_in_linear_time(piece):
    for separator in ("", " ", "\n"):
        html = (piece + separator) * (300_000 // len(piece + separator))
        assert isinstance(html_to_text(html), str)
        if "<" not in piece:
            assert html_to_text(html + "<p>end").endswith("end")
