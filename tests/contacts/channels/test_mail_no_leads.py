"""Letters of persons and mails of programs that are no visitor's request, whatever labels they have."""

import pytest

from contacts.channels.message import Lead

from .email_reading import PORTAL, read


@pytest.mark.parametrize(
    "text",
    [
        "Hello,\n\nis it free?\n\nLéa Roux\nTel: 06 12 34 56 78\nE-mail: lea@visitor.example",
        "Question: is it free?\n\nThanks\nLéa\nTel.: 06 12 34 56 78\nE-mail: lea@work.example",
        "Question: is it free?\nE-mail: lea@work.example\nThanks, Léa",
        "My name: it does not matter.\nTelephone: broken.\nMessage: none.",
        "De : Paris\nA : Lyon\nMessage : je pars demain.",
        "Yes.\n\nFrom: Portal\nSent: Monday\nTo: desk\nSubject: Lead\n\nName: Léa\nE-mail: l@r.example\nMessage: Hi",
        "Yes.\n\n-----Original Message-----\nFrom: Portal\n\nName: Léa\nE-mail: l@r.example\nMessage: Hi",
        "Yes.\n\n> Name: Léa\n> E-mail: l@r.example\n> Message: Hi",
        "Name\n\nI do not want to give it.",
        "",
    ],
)
def test_letter_of_a_person_is_no_lead(text):
    message = read(text, From="Léa <lea@visitor.example>")
    assert (message.lead, message.email) == (None, "lea@visitor.example")


@pytest.mark.parametrize(
    "text",
    [
        "Our offers\n\nRef: 123\nPrice: 100\n\nTel: 06 12 34 56 78\nE-mail: help@portal.example",
        "Your order\n\nName: The Pro\nE-mail: port@example.com\nPhone: 06 12 34 56 78",
        "You have a message. Please sign in to read it.",
        "Our offers\n\nContact\nPortal Ltd.\nPhone: 06 12 34 56 78",
        "Our offers\n\nContact: our office\nPhone: 06 12 34 56 78\nE-mail: help@portal.example",
    ],
)
def test_mail_of_a_program_without_a_request_is_no_lead(text):
    assert read(text, From=PORTAL).lead is None


def test_newsletter_with_the_address_of_its_office_is_no_lead():
    office = "Name: Portal Ltd.\nPhone: 06 12 34 56 78"
    assert read(office, From=PORTAL).lead == Lead(name="Portal Ltd.", phone="06 12 34 56 78", source="portal.example")
    assert read(office, From=PORTAL, List_Unsubscribe="<https://portal.example/u>").lead is None
