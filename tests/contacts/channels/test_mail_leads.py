"""A visitor's request in labelled words of a portal's or form's e-mail, in six languages."""

import pytest

from contacts.channels.message import Lead

from .email_reading import PORTAL, read

ENGLISH = """You have a new enquiry about your listing.

Name: Léa Roux
E-mail address: lea@visitor.example
Phone number: +33 6 12 34 56 78
Property: Flat with a view
Property ID: AB-123 (rent)
Message: Is it free?

I can come on Monday.
Léa
Tel: 0612345678

--
See https://portal.example/p/123.
"""
FRENCH = """Nouvelle demande :
De : Jean Petit
Date : 12/12/2026
Courriel : jean@visiteur.example
N° de téléphone : 06 12 34 56 78
Réf. annonce : VP-12
Votre annonce : Maison de la rue Haute
Votre message :
Je voudrais visiter : quand ?
Adresse IP : 192.0.2.1
"""
DUTCH = """Naam
Lotte Maes

E-mailadres
lotte@bezoeker.example

Telefoonnummer
0475 12 34 56

Referentienummer
PAND-7

Bericht
Ik wil graag komen kijken.
Kan dat zaterdag?
"""
GERMAN = """Objekt-Nr.: 4711
ImmoPortal24-ID: 987654321
Anrede: Frau
Vorname: Lea
Name: Meyer
E-Mail: lea@besucher.example
Telefon (mobil): 0171 1234567
Straße: Hauptstr. 1
Nachricht des Interessenten:
Guten Tag,
ist die Wohnung frei?
"""
SPANISH = """*Nombre:* Ana
*Apellidos:* Pardo Gil
*Correo electrónico:* [ana@visita.example](mailto:ana@visita.example)
*Teléfono de contacto:* 600 123 456
*Referencia del anuncio:* A-9
*Mensaje:* ¿Sigue disponible?
"""
ITALIAN = """Nome e cognome:\tGiulia Rossi
Indirizzo e-mail:\tgiulia@visita.example
Cellulare:\t333 1234567
Rif. annuncio:\tRM-3
Messaggio:\tVorrei vedere la casa.
"""
TABLE = """Name  Léa Roux  Phone  06 12 34 56 78
Email  lea@visitor.example
Property  Flat with a view
Comments  Is it free?
"""
LEADS = {
    "English": (
        ENGLISH,
        Lead(
            name="Léa Roux",
            email="lea@visitor.example",
            phone="+33 6 12 34 56 78",
            message="Is it free?\n\nI can come on Monday.\nLéa\nTel: 0612345678",
            references=("AB-123 (rent)", "AB-123", "https://portal.example/p/123"),
            title="Flat with a view",
        ),
    ),
    "French": (
        FRENCH,
        Lead(
            name="Jean Petit",
            email="jean@visiteur.example",
            phone="06 12 34 56 78",
            message="Je voudrais visiter : quand ?",
            references=("VP-12",),
            title="Maison de la rue Haute",
        ),
    ),
    "Dutch": (
        DUTCH,
        Lead(
            name="Lotte Maes",
            email="lotte@bezoeker.example",
            phone="0475 12 34 56",
            message="Ik wil graag komen kijken.\nKan dat zaterdag?",
            references=("PAND-7",),
        ),
    ),
    "German": (
        GERMAN,
        Lead(
            name="Lea Meyer",
            email="lea@besucher.example",
            phone="0171 1234567",
            message="Guten Tag,\nist die Wohnung frei?",
            references=("4711", "987654321"),
        ),
    ),
    "Spanish": (
        SPANISH,
        Lead(
            name="Ana Pardo Gil",
            email="ana@visita.example",
            phone="600 123 456",
            message="¿Sigue disponible?",
            references=("A-9",),
        ),
    ),
    "Italian": (
        ITALIAN,
        Lead(
            name="Giulia Rossi",
            email="giulia@visita.example",
            phone="333 1234567",
            message="Vorrei vedere la casa.",
            references=("RM-3",),
        ),
    ),
    "table": (
        TABLE,
        Lead(
            name="Léa Roux",
            email="lea@visitor.example",
            phone="06 12 34 56 78",
            message="Is it free?",
            title="Flat with a view",
        ),
    ),
    "address beside the name": (
        "Contact: Léa Roux <lea@visitor.example>\nMessage: Hi",
        Lead(name="Léa Roux", email="lea@visitor.example", message="Hi"),
    ),
    "nothing but a phone": ("Name: Léa\nPhone: 0612345678", Lead(name="Léa", phone="0612345678")),
    "nothing to answer to": ("Name: Léa\nMessage: Hi", Lead(name="Léa", message="Hi")),
    "forwarded": (
        "From: Portal <a@portal.example>\nSent: Monday\nTo: desk\nSubject: Lead\n\nName: Léa\nPhone: 0612345678",
        Lead(name="Léa", phone="0612345678"),
    ),
    "labels without values": (
        "Name:\nPhone:\nE-mail: lea@visitor.example\nMessage: Hi",
        Lead(email="lea@visitor.example", message="Hi"),
    ),
    "form of address as title": (
        "Title: Mrs.\nName: Léa\nPhone: 0612345678",
        Lead(name="Léa", phone="0612345678"),
    ),
    "form of WordPress": (
        "From: Léa Roux <lea@visitor.example>\nSubject: A visit\n\nMessage Body:\nMay I come?\n\n--\nSent from it.",
        Lead(name="Léa Roux", email="lea@visitor.example", message="May I come?", title="A visit"),
    ),
    "form with data below": (
        "Name: Léa\nEmail: lea@visitor.example\nMessage: May I come?\n\n---\n\nDate: 4 May 2026\nRemote IP: 192.0.2.1",
        Lead(name="Léa", email="lea@visitor.example", message="May I come?"),
    ),
    "labels within the message": (
        "Name: Léa\nMessage: Hi\nTel.: 0612345678\nPlease call me.\nDate: Monday\nor Tuesday\nPrice: 100",
        Lead(name="Léa", phone="0612345678", message="Hi\nTel.: 0612345678\nPlease call me.\nDate: Monday\nor Tuesday"),
    ),
    "further questions": (
        "Name: Léa\nPhone: 0612345678\nMessage: Hi\nDate: Monday\nPrice: 100",
        Lead(name="Léa", phone="0612345678", message="Hi"),
    ),
}


def test_labelled_words_are_a_lead(subtests):
    for label, (text, lead) in LEADS.items():
        with subtests.test(label):
            message = read(text, From=PORTAL, Subject="New request")
            assert message.lead == Lead(**{**vars(lead), "source": "portal.example"})
            # Nothing is folded away as history.
            assert (message.text, message.quoted) == (text.strip().replace("\r\n", "\n"), "")


def test_form_of_another_address_is_a_lead():
    message = read(FRENCH, From="Ana Pardo <ana@buyer.example>")
    assert (message.lead.name, message.email, message.quoted) == ("Jean Petit", "jean@visiteur.example", "")
    without_address = FRENCH.replace("Courriel : jean@visiteur.example\n", "")
    message = read(without_address, From="Ana Pardo <ana@buyer.example>")
    assert (message.lead.name, message.lead.phone, message.email) == (
        "Jean Petit",
        "06 12 34 56 78",
        "ana@buyer.example",
    )


def test_references_stand_in_subject_and_text_too():
    text = "Votre annonce (Réf. VP-12) intéresse :\nNom : Léa\nTél : 0612345678\n<https://portail.example/a?id=1>"
    message = read(text, From="port@example.com", Subject="Objekt-Nr. 4711, Annonce n° 55")
    assert message.lead.references == ("4711", "55", "VP-12", "https://portail.example/a?id=1")
    assert message.lead.source == "portail.example"


@pytest.mark.parametrize(
    "piece",
    ["Name: a\n", "Message:\n", "Name", "Message: a\n--\n", "* ", "a  ", "a \u2003", "|", ":", "From: a\n", "\t"],
)
def test_long_text_is_read_in_linear_time(piece):
    text = piece * (400_000 // len(piece))
    assert isinstance(read(text, From=PORTAL).text, str)
