"""Not one word or file is lost in a corpus of e-mails by combination."""

from contacts.channels.letters.parts import parse_mail
from contacts.channels.letters.reading import read_letter

from .letter_corpus import corpus


def test_no_word_or_file_of_the_corpus_is_lost():
    lost, count = [], 0
    for name, raw, mail in corpus():
        count += 1
        email = parse_mail(raw)
        letter = read_letter(email)
        read = " ".join(f"{letter.text} {letter.quoted}".split())
        contents = [file.content.replace(b"\r\n", b"\n").strip() for file in letter.files]
        words = [word for word in mail.words if " ".join(word.split()) not in read]
        files = [content for content in mail.files if content not in contents]
        headers = [str(email.get(header)) for header in ("From", "Subject", "Message-ID")]
        if "Somebody else" in read:
            words.append("another's")
        if words or files or headers != ["Ana Pardo <ana@buyer.example>", "Visit", "<c@buyer.example>"]:
            lost.append(f"{name}: {words} {files} {headers}")
    assert count >= 5_000
    assert not lost, f"{len(lost)} of {count}:\n" + "\n".join(lost[:20])
