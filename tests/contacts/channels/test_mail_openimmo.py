"""A visitor's request as OpenImmo feedback, in a file or in the text of an e-mail."""

from email.message import EmailMessage

from contacts.channels.message import Lead

from .email_reading import letter, read, read_raw

FEEDBACK = """<?xml version="1.0" encoding="UTF-8"?>
<openimmo_feedback>
  <version>1.2.7</version>
  <sender><name>Portal [www.portal.example]</name><makler_id>12</makler_id></sender>
  <objekt>
    <portal_unique_id>77</portal_unique_id>
    <portal_obj_id>P-88</portal_obj_id>
    <oobj_id>4711</oobj_id>
    <expose_url>https://portal.example/expose/88?a=1&amp;b=2</expose_url>
    <bezeichnung>Wohnung am See</bezeichnung>
    <strasse>Seeweg 1</strasse>
    <interessent>
      <anrede>Frau</anrede><vorname>Lea</vorname><nachname>Meyer</nachname>
      <strasse>Hauptstr. 2</strasse>
      <tel>0171 1234567</tel><email>lea@besucher.example</email>
      <wunsch>BESICHTIGUNG</wunsch>
      <anfrage>Guten Tag,
ist die Wohnung für zwei Leute &amp; einen Hund frei?</anfrage>
    </interessent>
  </objekt>
</openimmo_feedback>
"""
LEAD = Lead(
    name="Lea Meyer",
    email="lea@besucher.example",
    phone="0171 1234567",
    message="Guten Tag,\nist die Wohnung für zwei Leute & einen Hund frei?",
    references=("4711", "P-88", "77", "https://portal.example/expose/88?a=1&b=2"),
    title="Wohnung am See",
    source="www.portal.example",
)


def with_file(content: bytes, subtype: str = "xml", filename: str = "kontakt.xml") -> bytes:
    email: EmailMessage = letter(From="Portal <anfrage@portal.example>")
    email.set_content("Neue Anfrage.\n")
    email.add_attachment(content, maintype="application", subtype=subtype, filename=filename)
    return email.as_bytes()


def test_feedback_in_a_file(subtests):
    files = {
        "XML": with_file(FEEDBACK.encode()),
        "unknown type": with_file(FEEDBACK.encode(), "octet-stream", "ANFRAGE.XML"),
        "Latin-1": with_file(FEEDBACK.replace("UTF-8", "ISO-8859-1").encode("latin-1")),
        "UTF-16": with_file(FEEDBACK.replace("UTF-8", "UTF-16").encode("utf-16")),
        "with a byte order mark": with_file(FEEDBACK.encode("utf-8-sig")),
        "with a namespace": with_file(
            FEEDBACK.replace("_feedback>\n  <v", '_feedback xmlns="http://www.openimmo.de">\n  <v').encode()
        ),
        "Latin-1 under another name": with_file(FEEDBACK.encode("latin-1")),
        "bare ampersand": with_file(FEEDBACK.replace("&amp;", "&").encode()),
        "entities of HTML": with_file(FEEDBACK.replace("für", "f&uuml;r").encode()),
        "character data": with_file(
            FEEDBACK.replace("Guten", "<![CDATA[Guten").replace("</anfrage>", "]]></anfrage>").encode()
        ),
    }
    for label, raw in files.items():
        with subtests.test(label):
            message = read_raw(raw)
            assert (message.lead, message.name, message.email) == (LEAD, "Lea Meyer", "lea@besucher.example")
            assert (message.by_way_of, message.is_proven, message.is_silent) == ("anfrage@portal.example", False, False)


def test_feedback_in_the_text():
    assert read(FEEDBACK, From="noreply@portal.example").lead.name == "Lea Meyer"
    assert read(f"Hello,\n\n{FEEDBACK}\n--\nThe portal", From="noreply@portal.example").lead == LEAD


def test_wish_stands_for_a_missing_message():
    start, end = FEEDBACK.index("<anfrage>"), FEEDBACK.index("</interessent>")
    assert read_raw(with_file((FEEDBACK[:start] + FEEDBACK[end:]).encode())).lead.message == "BESICHTIGUNG"


ENTITIES = '<!DOCTYPE a [<!ENTITY b "&#x41;"><!ENTITY c "&b;&b;">]>\n<openimmo_feedback>'
REFUSED = {
    "entities": FEEDBACK.replace("<openimmo_feedback>", ENTITIES).replace("Guten", "&c;"),
    "too many elements": FEEDBACK.replace("<version>", "<a/>" * 6000 + "<version>"),
    "too deep": FEEDBACK.replace("<version>", "<a>" * 100_000),
    "not closed": FEEDBACK[: FEEDBACK.index("</objekt>")],
    "nobody": "<openimmo_feedback><objekt><oobj_id>1</oobj_id></objekt></openimmo_feedback>",
    "another document": FEEDBACK.replace("openimmo_feedback", "openimmo"),
    "unknown charset": FEEDBACK.replace("UTF-8", "klingon").replace("<vorname>", "<vorname"),
    "nothing": "",
}


def test_other_files_are_no_lead(subtests):
    for label, content in REFUSED.items():
        with subtests.test(label):
            message = read_raw(with_file(content.encode()))
            assert (message.text, [file.name for file in message.files]) == ("Neue Anfrage.", ["kontakt.xml"])
            assert message.lead is None or label == "entities"
