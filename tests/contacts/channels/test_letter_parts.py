"""Which parts of an e-mail are its words and which are its files, however odd a program wrote them."""

import pytest

from contacts.channels.letters.parts import parse_mail
from contacts.channels.letters.reading import read_letter

TOP = "From: Ana <ana@buyer.example>\nSubject: Visit\nMessage-ID: <p1@buyer.example>\n"
MIXED = 'Content-Type: multipart/mixed; boundary="B"\n\n'
ALTERNATIVE = 'Content-Type: multipart/alternative; boundary="B"\n\n'
HTML = "Content-Type: text/html; charset=utf-8\n\n"
PDF = 'Content-Type: application/pdf; name="plan.pdf"\nContent-Transfer-Encoding: base64\n\nJVBERi0xLjQK\n'
OTHERS_MAIL = "Content-Type: message/rfc822\n\nFrom: Bob <bob@x.example>\nSubject: Old offer\n\nWords of Bob."
EVENT = (
    "BEGIN:VCALENDAR\nMETHOD:{}\nBEGIN:VEVENT\nSUMMARY:Second visit\\, garden\nDTSTART;TZID=Europe/Paris:20270301T"
    "100000\nDTEND:20270301T100000Z\nLOCATION:12 rue\n  Haute\nBEGIN:VALARM\nDESCRIPTION:Ring\nEND:VALARM\nEND:VEVENT\n"
    "END:VCALENDAR\n"
)


def parts(begin: str, *parts: str) -> str:
    return begin + "".join(f"--B\n{part}\n" for part in parts) + "--B--\n"


LETTERS = {
    "words after a file": (parts(MIXED, "\nSee:", PDF, "\nI offer 200."), "See:\n\nI offer 200.", ["plan.pdf"]),
    "empty part first": (parts(MIXED, "\n\n", PDF, "\nIs it quiet?"), "Is it quiet?", ["plan.pdf"]),
    "HTML and plain after each other": (parts(MIXED, f"{HTML}<p>One</p>", "\nTwo"), "One\n\nTwo", []),
    "same words in HTML once": (parts(MIXED, "\nIs it free?", f"{HTML}<p>Is it <b>free</b>?</p>"), "Is it free?", []),
    "placeholder": (
        parts(ALTERNATIVE, "\nThis e-mail needs HTML.", f"{HTML}<p>We would like to visit the house.</p>"),
        "We would like to visit the house.",
        [],
    ),
    "plain text that says more": (
        parts(ALTERNATIVE, "\nWe would like to visit it.", f"{HTML}<p>We visit</p>"),
        "We would like to visit it.",
        [],
    ),
    "another's mail": (parts(MIXED, "\nSee my brother's:", OTHERS_MAIL), "See my brother's:", ["Old offer.eml"]),
    "another's mail alone": (
        parts(MIXED, OTHERS_MAIL),
        "Attached e-mail: Old offer, from Bob <bob@x.example>",
        ["Old offer.eml"],
    ),
    "named part as the letter": ("Content-Type: text/plain; name=message.txt\n\nMy question.", "My question.", []),
    "named part beside the letter": (
        parts(MIXED, "\nHello", "Content-Type: text/plain; name=list.txt\n\na, b"),
        "Hello",
        ["list.txt"],
    ),
    "single file": (PDF, "", ["plan.pdf"]),
    "file without a name": (parts(MIXED, "\nHi", "Content-Type: image/heic\n\nx"), "Hi", ["Unnamed file"]),
    "empty file": (parts(MIXED, "\nHi", PDF.replace("JVBERi0xLjQK\n", "")), "Hi", ["plan.pdf"]),
    "enriched": ("Content-Type: text/enriched\n\n<bold>Is it</bold>\nstill <<free?", "Is it still <free?", []),
    "markdown": ("Content-Type: text/markdown\n\n# Visit", "# Visit", []),
    "HTML called plain": ("Content-Type: text/plain\n\n<html><p>Is it <b>free</b>?</p></html>", "Is it free?", []),
    "unquoted boundary": (
        parts("Content-Type: multipart/mixed; boundary=B=(1):?\n\n", "\nFriday?").replace("--B", "--B=(1):?"),
        "Friday?",
        [],
    ),
    "another boundary": (parts(MIXED, "Content-Type: text/plain\n\nFriday?").replace("--B", "--C"), "Friday?", []),
    "boundary that ends in a space": (
        parts('Content-Type: multipart/mixed; boundary=" B "\n\n', "\nFriday?").replace("--B", "-- B "),
        "Friday?",
        [],
    ),
    "no boundary": (parts("Content-Type: multipart/mixed\n\n", "Content-Type: text/plain\n\nHi"), "Hi", []),
    "no parts": (f"{MIXED}Is it free?\n", "Is it free?", []),
    "words below an empty part": (f"{parts(MIXED, '')}After", "After", []),
    "uuencoded": ("\nSee it.\n\nbegin 644 plan.txt\n#0V%T\n`\nend\n", "See it.", ["plan.txt"]),
    "not uuencoded": ("\nbegin 644 things\nthat I wrote\nend", "begin 644 things\nthat I wrote\nend", []),
    "flowed": (
        "Content-Type: text/plain; format=flowed\n\nOne \nline\n From here\n-- \nI",
        "One line\nFrom here\n--\nI",
        [],
    ),
    "flowed, spaces deleted": ("Content-Type: text/plain; format=flowed; DelSp=yes\n\nlong \nword", "longword", []),
    "base64 without padding": ("Content-Transfer-Encoding: base64\n\nSGVsbG8gd29ybGQ", "Hello world", []),
    "footer below base64": ("Content-Transfer-Encoding: base64\n\nSGVsbG8=\nThe list", "Hello\nThe list", []),
    "words called base64": ("Content-Transfer-Encoding: base64\n\nHello, is it free?", "Hello, is it free?", []),
}


def test_words_and_files_of_each_structure(subtests):
    for name, (raw, text, files) in LETTERS.items():
        with subtests.test(name):
            letter = read_letter(parse_mail((TOP + raw).encode()))
            assert (letter.text, [file.name for file in letter.files]) == (text, files)


HEADS = {
    "mbox": "From ana@buyer.example Mon Jan  1 00:00:00 2026\n" + TOP,
    "quoted mbox": ">From ana@buyer.example Mon Jan  1 00:00:00 2026\n" + TOP,
    "blank lines": "\n \n" + TOP,
    "byte order mark": "\ufeff" + TOP,
    "space before the colon": TOP.replace(":", " :").replace(" :", " :", 1),
    "stray line": TOP.replace("Subject", "nonsense\nSubject"),
    "folded": TOP.replace("Subject: ", "Subject:\n "),
    "twice": TOP + "From: Two <two@x.example>\nSubject: Other\n",
}


def test_sender_and_subject_of_each_head(subtests):
    for name, head in HEADS.items():
        for end in ("\n", "\r\n", "\r"):
            with subtests.test(f"{name} {end!r}"):
                email = parse_mail(f"{head}\nHello".replace("\n", end).encode())
                read = (str(email["From"]), str(email["Subject"]), read_letter(email).text)
                assert read == ("Ana <ana@buyer.example>", "Visit", "Hello")


@pytest.mark.parametrize(("method", "begin"), [("REQUEST", ""), ("CANCEL", "Cancelled: ")])
def test_invitation_shows_what_when_and_where(method, begin):
    event = f"Content-Type: text/calendar; method={method}\n\n{EVENT.format(method)}"
    words = (
        f"{begin}Second visit, garden\nWhen: 2027-03-01 10:00 Europe/Paris – 2027-03-01 10:00 UTC\nWhere: 12 rue Haute"
    )
    letter = read_letter(parse_mail((TOP + event).encode()))
    assert (letter.text, [file.name for file in letter.files]) == (words, ["invitation.ics"])
    beside = read_letter(parse_mail((TOP + parts(ALTERNATIVE, "\nYou are invited", event)).encode()))
    assert beside.text == f"You are invited\n\n{words}"


def test_long_text_says_that_it_is_cut():
    letter = read_letter(parse_mail(f"{TOP}\n{'word ' * 100_000}".encode()))
    assert len(letter.text) <= 200_000
    assert letter.text.endswith("\n\nThis e-mail is longer than what is shown. Open the original.")


def test_files_beyond_the_hundredth_are_named():
    letter = read_letter(parse_mail((TOP + parts(MIXED, "\nHi", *[PDF] * 102)).encode()))
    assert (len(letter.files), letter.refused) == (100, ("plan.pdf: The e-mail has too many files.",) * 2)


def test_name_with_a_comma_that_is_not_quoted_is_one_name():
    email = parse_mail(b"From: Meyer, Zoe <zoe@buyer.example>\n\nHi")
    assert str(email["From"]) == '"Meyer, Zoe" <zoe@buyer.example>'
