"""E-mails by combination: character set, structure, transfer encoding, line ends, and an oddity of the head.

Each text part holds a canary, a word that must be read; each file holds one too.
"""

import base64
import quopri
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count, product

# (declared, of the bytes, a sentence that the character set can write)
CHARSETS = [
    ("utf-8", "utf-8", "Est-ce libre dès juin ? Zoë – 900 €"),
    ("iso-8859-1", "cp1252", "L’appartement coûte 900 € – c’est trop ?"),
    ("windows-1252", "cp1252", "Déjà loué… à côté"),
    ("us-ascii", "utf-8", "Le loyer est-il négocié ?"),
    ("iso-8859-1", "utf-8", "Größe und Übergabe später"),
    ("", "utf-8", "Hyvää päivää, onko vapaata?"),
    ("", "cp1252", "Où est située la maison ? Près de l’église"),
    ("unknown-8bit", "utf-8", "Está libre todavía"),
    ("windows-1251", "cp1251", "Здравствуйте, квартира свободна?"),
    ("koi8-r", "koi8_r", "Можно посмотреть завтра?"),
    ("gb2312", "gb18030", "请问这套公寓还可以租吗"),
    ("big5", "big5", "請問還有空房嗎"),
    ("shift_jis", "cp932", "まだ空いていますか"),
    ("iso-2022-jp", "iso2022_jp", "部屋を見たいです"),
    ("windows-874", "cp874", "สวัสดี ขอดูห้อง"),
    ("iso-8859-2", "iso8859_2", "Czy mieszkanie jest jeszcze wolne? Łódź"),
    ("utf-16", "utf-16", "Dès que possible"),
]
ENCODINGS = ["8bit", "quoted-printable", "base64"]


@dataclass
class Corpus:
    """One e-mail that is being written: its canaries and the settings of its parts."""

    charset: str
    codec: str
    sentence: str
    encoding: str
    numbers: Iterator[int]
    words: list[str] = field(default_factory=list)
    files: list[bytes] = field(default_factory=list)

    def canary(self) -> str:
        self.words.append(f"canary{next(self.numbers)}x {self.sentence}")
        return self.words[-1]

    def text(self, begin: str = "", *, kind: str = "text/plain", more: str = "", words: str = "") -> bytes:
        """A text part with a canary, headers included."""
        return self.part(kind, f"{begin}{words or self.canary()}\n", more)

    def html(self, pattern: str = "<p>{}</p>", words: str = "") -> bytes:
        return self.part("text/html", pattern.format(words or self.canary()))

    def part(self, kind: str, text: str, more: str = "") -> bytes:
        charset = f"; charset={self.charset}" if self.charset else ""
        encoding = "base64" if self.codec == "utf-16" else self.encoding
        head = f"Content-Type: {kind}{charset}{more}\nContent-Transfer-Encoding: {encoding}\n\n"
        return head.encode() + encode(text.encode(self.codec), encoding)

    def file(self, name: str = "plan.pdf", disposition: str = "attachment") -> bytes:
        content = f"%PDF-1.4 canary{next(self.numbers)}x".encode()
        self.files.append(content)
        head = f"Content-Type: application/pdf; name={name}\nContent-Disposition: {disposition}; filename={name}\n"
        return head.encode() + b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(content)


def encode(data: bytes, encoding: str) -> bytes:
    if encoding == "base64":
        return base64.encodebytes(data)
    return quopri.encodestring(data) if encoding == "quoted-printable" else data


def multipart(kind: str, *parts: bytes, boundary: str = "sep") -> bytes:
    mark = f"--{boundary}".encode()
    body = b"".join(mark + b"\n" + part + b"\n" for part in parts) + mark + b"--\n"
    return f'Content-Type: multipart/{kind}; boundary="{boundary}"\n\n'.encode() + body


def alternative(mail: Corpus, boundary: str = "alt") -> bytes:
    """The same words twice, as mail programs write them."""
    words = mail.canary()
    return multipart("alternative", mail.text(words=words), mail.html(words=words), boundary=boundary)


def placeholder(mail: Corpus) -> bytes:
    stub = mail.part("text/plain", "Your mail program shows no HTML.\n")
    return multipart("alternative", stub, mail.html("<p>I would like to know much more of the flat: {}</p>"))


def attached_mail(mail: Corpus) -> bytes:
    content = f"Subject: Old\n\nSomebody else canary{next(mail.numbers)}x\n".encode()
    mail.files.append(content.rstrip(b"\n"))
    return b"Content-Type: message/rfc822\n\n" + content


def deep(mail: Corpus) -> bytes:
    part = mail.text()
    for n in range(15):
        part = multipart("mixed", part, boundary=f"level{n}")
    return part


STRUCTURES: dict[str, Callable[[Corpus], bytes]] = {
    "plain": lambda mail: mail.text(),
    "html": lambda mail: mail.html("<html><head><title>x</title><body><div>{}</div></html>"),
    "unclosed head": lambda mail: mail.html("<html><head><meta name=x><p>{}</p></html>"),
    "alternative": alternative,
    "placeholder": placeholder,
    "text after a file": lambda mail: multipart("mixed", mail.text(), mail.file(), mail.text()),
    "text after a picture": lambda mail: multipart("mixed", mail.file("a.png", "inline"), mail.text()),
    "banner first": lambda mail: multipart("mixed", mail.text(), alternative(mail)),
    "disclaimer last": lambda mail: multipart("mixed", alternative(mail), mail.text()),
    "HTML and disclaimer": lambda mail: multipart("mixed", mail.html(), mail.text()),
    "related": lambda mail: multipart("related", mail.html(), mail.file("logo.png", "inline")),
    "related in alternative": lambda mail: multipart(
        "alternative", mail.part("text/plain", "\n"), multipart("related", mail.html(), mail.file(), boundary="rel")
    ),
    "signed": lambda mail: multipart("signed", multipart("mixed", mail.text(), boundary="in"), mail.file("smime.p7s")),
    "attached mail": lambda mail: multipart("mixed", mail.text(), attached_mail(mail)),
    "named letter": lambda mail: mail.text(more="; name=message.txt"),
    "single file": lambda mail: mail.file(),
    "several letters": lambda mail: multipart("mixed", *(mail.text() for _n in range(4))),
    "answer above": lambda mail: mail.text(f"{mail.canary()}\n\nOn 4 May 2026, Claire wrote:\n> "),
    "deep": deep,
    "table": lambda mail: mail.html(f"<table><tr><td>{mail.canary()}<td>{{}}</table>"),
}
TOP = "From: Ana Pardo <ana@buyer.example>\nSubject: Visit\nMessage-ID: <c@buyer.example>\nMIME-Version: 1.0\n"
ODDITIES: dict[str, Callable[[bytes], bytes]] = {
    "usual": lambda raw: raw,
    "CRLF": lambda raw: raw.replace(b"\n", b"\r\n"),
    "mbox line": lambda raw: b"From ana@buyer.example Mon Jan  1 00:00:00 2026\n" + raw,
    "blank line": lambda raw: b"\n" + raw,
    "space before the colon": lambda raw: raw.replace(b"Subject:", b"Subject :", 1).replace(
        b"Content-Type:", b"Content-Type :"
    ),
    "unquoted boundary": lambda raw: raw.replace(b'boundary="', b"boundary=").replace(b'"\n', b"\n"),
    "no end": lambda raw: raw.rstrip(b"\n").removesuffix(b"--sep--"),
    "stray line": lambda raw: raw.replace(b"Subject:", b"a stray line\nSubject:", 1),
    "folded": lambda raw: raw.replace(b"; boundary", b";\n boundary").replace(b"; charset", b";\n\tcharset"),
    "other case": lambda raw: raw.replace(b"Content-Type", b"CONTENT-TYPE").replace(b"text/", b"TEXT/"),
}


def corpus() -> Iterator[tuple[str, bytes, Corpus]]:
    """Yield the name of each combination, its e-mail, and what must be read from it."""
    combinations = product(CHARSETS, STRUCTURES, ENCODINGS, ODDITIES)
    for number, (charset, structure, encoding, oddity) in enumerate(combinations):
        # Each two of the four stand together; two thirds of all are enough for it.
        if number % 3 == 0 or (charset[1] == "utf-16" and encoding != "base64"):
            continue
        mail = Corpus(*charset, encoding, count(1))
        raw = ODDITIES[oddity](TOP.encode() + STRUCTURES[structure](mail))
        yield f"{charset[0]} of {charset[1]}, {structure}, {encoding}, {oddity}", raw, mail
