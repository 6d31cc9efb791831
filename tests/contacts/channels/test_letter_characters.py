"""Words are decoded as they declare, else as they are."""

import pytest

from contacts.channels.letters.charsets import decode
from contacts.channels.letters.parts import parse_mail
from contacts.channels.letters.reading import read_letter

RUSSIAN, CHINESE = "Добрый день, квартира ещё свободна?", "请问这套公寓还可以租吗？谢谢您的回复"
CHARACTERS = [
    ("cp1252", "iso-8859-1", "L’appartement coûte 900 € – trop ?"),
    ("cp1252", "us-ascii", "“Déjà loué”"),
    ("utf-8", "us-ascii", "Le loyer négocié"),
    ("utf-8", "iso-8859-1", "Größe"),
    ("utf-8", "gb2312", CHINESE),
    ("utf-8", "unknown-8bit", "Zoë"),
    ("utf-8", "", "Zoë"),
    ("cp1252", "", "Où est l’église ? 50 £"),
    ("cp1252", "utf-8", "Envoyé à Liège"),
    ("cp1252", "klingon", "déjà"),
    ("gb18030", "gb2312", "價格多少 €"),
    ("gb18030", "", CHINESE),
    ("cp874", "windows-874", "สวัสดี ขอดูห้อง"),
    ("cp874", "tis-620", "สวัสดี"),
    ("cp949", "ks_c_5601-1987", "안녕하세요"),
    ("cp932", "shift_jis", "まだ空いていますか"),
    ("koi8_r", "koi8-r", RUSSIAN),
    ("koi8_r", "", RUSSIAN),
    ("cp1251", "", RUSSIAN),
    ("iso8859_8", "iso-8859-8-i", "שלום"),
    ("mac_roman", "macintosh", "Größe"),
    ("utf-16-le", "utf-16", "été"),
    ("utf-16", "", "été"),
    ("utf-8-sig", "iso-8859-1", "été"),
    ("utf-7", "utf-7", "été"),
]


def test_characters_are_decoded(subtests):
    for codec, declared, text in CHARACTERS:
        with subtests.test(f"{codec} as {declared}"):
            assert decode(text.encode(codec), declared) == text


@pytest.mark.parametrize(("codec", "declared"), [("utf-8", "utf-8"), ("utf-8", ""), ("gb18030", "gb2312")])
def test_wrong_byte_costs_one_character(codec, declared):
    before, after = "这套公寓还可以租吗".encode(codec), "谢谢您的回复".encode(codec)
    assert decode(before + b"\xff" + after, declared) == "这套公寓还可以租吗\ufffd谢谢您的回复"


def test_html_names_its_own_character_set():
    raw = b"Subject: x\nContent-Type: text/html\n\n<meta http-equiv=x content='text/html; charset=windows-1251'>"
    assert read_letter(parse_mail(raw + f"<p>{RUSSIAN}</p>".encode("cp1251"))).text == RUSSIAN


@pytest.mark.parametrize("codec", ["utf-8", "cp1252"])
def test_raw_headers_are_decoded(codec):
    raw = "From: René Lefèvre <rene@buyer.example>\nSubject: Meublé à louer\n\nx".encode(codec)
    email = parse_mail(raw)
    assert (str(email["From"]), str(email["Subject"])) == ("René Lefèvre <rene@buyer.example>", "Meublé à louer")


def test_raw_headers_have_the_character_set_of_the_words():
    raw = f"Subject: {RUSSIAN}\nContent-Type: text/plain; charset=koi8-r\n\n{RUSSIAN}".encode("koi8_r")
    assert str(parse_mail(raw)["Subject"]) == RUSSIAN


@pytest.mark.parametrize(
    "disposition",
    [
        'attachment; filename="plan é.pdf"',
        "attachment; filename==?utf-8?q?plan_=C3=A9.pdf?=",
        'attachment;\n filename="=?utf-8?q?plan_?=\n =?utf-8?q?=C3=A9.pdf?="',
        "attachment; filename*=utf-8''plan%20%C3%A9.pdf",
        "attachment; filename*0*=utf-8''plan%20; filename*1*=%C3%A9.pdf",
    ],
)
def test_names_of_files_are_decoded(disposition):
    raw = f"Subject: x\nContent-Type: application/pdf\nContent-Disposition: {disposition}\n\nx".encode()
    assert [file.name for file in read_letter(parse_mail(raw)).files] == ["plan é.pdf"]
