"""The person who wrote an e-mail, the address for an answer, and the machine that passed it on."""

import pytest

from contacts.channels.mail_headers import is_address

from .email_reading import read, read_raw
from .payloads import mime

PORTAL = "Portal <no-reply@portal.example>"
LEA = "Léa Roux <lea@visitor.example>"
# Headers; name, address of the person, address for an answer, machine that passed it on.
SENDERS = {
    "person": ({"From": LEA}, "Léa Roux", "lea@visitor.example", "lea@visitor.example", ""),
    "person with another address for answers": (
        {"From": LEA, "Reply-To": "lea@work.example"},
        *("Léa Roux", "lea@visitor.example", "lea@work.example", ""),
    ),
    "person with the Pro's address for answers": (
        {"From": LEA, "Reply-To": "port@example.com"},
        *("Léa Roux", "lea@visitor.example", "lea@visitor.example", ""),
    ),
    "person with a broken address for answers": (
        {"From": LEA, "Reply-To": "Léa <lea>"},
        *("Léa Roux", "lea@visitor.example", "lea@visitor.example", ""),
    ),
    "office with its colleague's address for answers": (
        {"From": "Agence <info@agence.example>", "Reply-To": "Marie <marie@agence.example>"},
        *("Agence", "info@agence.example", "marie@agence.example", ""),
    ),
    "portal": (
        {"From": PORTAL, "Reply-To": LEA},
        "Léa Roux",
        "lea@visitor.example",
        "lea@visitor.example",
        "no-reply@portal.example",
    ),
    "portal in Dutch": (
        {"From": "Portaal <geen-antwoord@portaal.example>", "Reply-To": LEA},
        *("Léa Roux", "lea@visitor.example", "lea@visitor.example", "geen-antwoord@portaal.example"),
    ),
    "portal in German": (
        {"From": "Portal <bitte.nicht-antworten@portal.example>", "Reply-To": LEA},
        *("Léa Roux", "lea@visitor.example", "lea@visitor.example", "bitte.nicht-antworten@portal.example"),
    ),
    "portal with several addresses for answers": (
        {"From": PORTAL, "Reply-To": f"desk@in.example.com, no-reply@portal.example, {LEA}"},
        *("Léa Roux", "lea@visitor.example", "lea@visitor.example", "no-reply@portal.example"),
    ),
    "portal with a relay": (
        {"From": PORTAL, "Reply-To": "Léa <8f3a0c6e21@reply.portal.example>"},
        *("Léa", "8f3a0c6e21@reply.portal.example", "8f3a0c6e21@reply.portal.example", "no-reply@portal.example"),
    ),
    "relay in From": (
        {"From": '"Léa via Portal" <8f3a0c6e21@portal.example>'},
        *("Léa", "8f3a0c6e21@portal.example", "8f3a0c6e21@portal.example", "8f3a0c6e21@portal.example"),
    ),
    "form with the Pro's address": (
        {"From": "Site <port@example.com>", "Reply-To": LEA},
        *("Léa Roux", "lea@visitor.example", "lea@visitor.example", "port@example.com"),
    ),
    "form with the channel's address, tagged": (
        {"From": "Desk+Form@in.example.com", "Reply-To": LEA},
        *("Léa Roux", "lea@visitor.example", "lea@visitor.example", "Desk+Form@in.example.com"),
    ),
    "form of another site": (
        {"From": "Site <info@site.example>", "Reply-To": LEA},
        *("Léa Roux", "lea@visitor.example", "lea@visitor.example", "info@site.example"),
    ),
    "form of WordPress": (
        {"From": "WordPress <wordpress@site.example>", "Reply-To": "lea@visitor.example"},
        *("lea@visitor.example", "lea@visitor.example", "lea@visitor.example", "wordpress@site.example"),
    ),
    "list that rewrites From, with Reply-To": (
        {"From": "\"'Léa Roux' via Office\" <office@lists.example>", "Reply-To": "lea@visitor.example"},
        *("Léa Roux", "lea@visitor.example", "lea@visitor.example", "office@lists.example"),
    ),
    "list that rewrites From, with X-Original-From": (
        {"From": "Léa via Office <office@lists.example>", "X-Original-From": LEA, "Reply-To": "office@lists.example"},
        *("Léa Roux", "lea@visitor.example", "lea@visitor.example", "office@lists.example"),
    ),
    "list that rewrites From, with X-Original-Sender": (
        {"From": "Léa via Office <office@lists.example>", "X-Original-Sender": "lea@visitor.example"},
        *("Léa", "lea@visitor.example", "lea@visitor.example", "office@lists.example"),
    ),
    "list that keeps From": (
        {"From": LEA, "Reply-To": "office@lists.example", "List-Post": "<mailto:office@lists.example>"},
        *("Léa Roux", "lea@visitor.example", "lea@visitor.example", "office@lists.example"),
    ),
    "two people": (
        {"From": f"{LEA}, Luc <luc@visitor.example>"},
        "Léa Roux",
        "lea@visitor.example",
        "lea@visitor.example",
        "",
    ),
    "two people, sent by the second": (
        {"From": f"{LEA}, Luc <luc@visitor.example>", "Sender": "luc@visitor.example"},
        *("Luc", "luc@visitor.example", "luc@visitor.example", ""),
    ),
    "no From, but Sender": (
        {"From": None, "Sender": LEA},
        "Léa Roux",
        "lea@visitor.example",
        "lea@visitor.example",
        "",
    ),
    "no From, but Return-Path": (
        {"From": None, "Return-Path": "<lea@visitor.example>"},
        *("lea@visitor.example", "lea@visitor.example", "lea@visitor.example", ""),
    ),
    "newsletter": ({"From": PORTAL}, "Portal", "no-reply@portal.example", "no-reply@portal.example", ""),
    "list that hides the person": (
        {"From": "Léa via Office <office@lists.example>"},
        "Léa",
        "",
        "",
        "office@lists.example",
    ),
    "the Pro's address alone": ({"From": "Site <port@example.com>"}, "Site", "", "", "port@example.com"),
    "nobody": ({"From": None}, "", "", "", ""),
    "name alone": ({"From": "MAILER-DAEMON <>"}, "MAILER-DAEMON", "", "", ""),
    "comma without quotation marks": (
        {"From": "Roux, Léa <lea@visitor.example>"},
        "Roux, Léa",
        "lea@visitor.example",
        "lea@visitor.example",
        "",
    ),
    "comma within quotation marks": (
        {"From": '"Roux, Léa" <lea@visitor.example>'},
        "Roux, Léa",
        "lea@visitor.example",
        "lea@visitor.example",
        "",
    ),
    "two commas": (
        {"From": "Roux, Léa, Dr. <lea@visitor.example>"},
        *("Roux, Léa, Dr.", "lea@visitor.example", "lea@visitor.example", ""),
    ),
    "encoded comma": (
        {"From": "=?utf-8?Q?Roux=2C_L=C3=A9a?= <lea@visitor.example>"},
        *("Roux, Léa", "lea@visitor.example", "lea@visitor.example", ""),
    ),
    "address as name": ({"From": '"lea@visitor.example" <lea@visitor.example>'}, *["lea@visitor.example"] * 3, ""),
    "another address within the encoded name": (
        {"From": "=?utf-8?Q?Boss_=3Cboss=40bank=2Eexample=3E=2C?= <eve@visitor.example>"},
        *("Boss <boss@bank.example>,", "eve@visitor.example", "eve@visitor.example", ""),
    ),
    "letters beyond ASCII": (
        {"From": "Zoé <zoé@visité.example>"},
        "Zoé",
        "zoé@visité.example",
        "zoé@visité.example",
        "",
    ),
}


def test_sender(subtests):
    for label, (headers, name, email, address, machine) in SENDERS.items():
        with subtests.test(label):
            message = read(**headers)
            [(channel, id)] = message.identities
            assert (message.name, message.email, message.address, message.by_way_of) == (name, email, address, machine)
            assert (channel, id) == ("email", email) if email else id.startswith("message:") and not is_address(id)


LABELLED = "Name: Léa Roux\nE-mail: lea@visitor.example\nMessage: Is it free?\n"


@pytest.mark.parametrize(
    ("headers", "email", "address", "machine"),
    [
        ({"From": PORTAL}, "lea@visitor.example", "lea@visitor.example", "no-reply@portal.example"),
        ({"From": "port@example.com"}, "lea@visitor.example", "lea@visitor.example", "port@example.com"),
        ({"From": "Luc <luc@agence.example>"}, "lea@visitor.example", "lea@visitor.example", "luc@agence.example"),
        ({"From": LEA}, "lea@visitor.example", "lea@visitor.example", ""),
        # The portal's relay forwards an answer.
        (
            {"From": PORTAL, "Reply-To": "Léa <8f3a0c6e21@portal.example>"},
            *("lea@visitor.example", "8f3a0c6e21@portal.example", "no-reply@portal.example"),
        ),
        ({"From": PORTAL, "Reply-To": "l@r.example"}, "l@r.example", "l@r.example", "no-reply@portal.example"),
    ],
)
def test_labelled_words_name_the_person(headers, email, address, machine):
    message = read(LABELLED, **headers)
    assert (message.name, message.email, message.address, message.by_way_of) == ("Léa Roux", email, address, machine)


def test_two_strangers_share_no_contact(subtests):
    cases = {"no address": {"From": None}, "own": {"From": "port@example.com"}, "lead": {"From": PORTAL}}
    for label, headers in cases.items():
        with subtests.test(label):
            bodies = ("Name: Léa\nMessage: Hi", "Name: Luc\nMessage: Hi")
            one, other = (read(body, **headers).identities for body in bodies)
            assert one != other == read(bodies[1], **headers).identities


def test_stated_addresses_are_not_proven():
    assert read(From=LEA).is_proven
    assert not read(From=PORTAL, Reply_To=LEA).is_proven
    assert not read(LABELLED, From=PORTAL).is_proven
    assert not read(LABELLED, From="luc@agence.example").is_proven
    # Without an address nothing is stated.
    assert read(From=None).is_proven


# Headers, the Pro's corrections; address of the person, machine that passed it on.
BY_LUC = {"From": "Luc <luc@host.example>", "Reply-To": LEA}
BY_LEADS = {"From": "Portal <leads@host.example>", "Reply-To": LEA}
BY_A_LIST = {"From": LEA, "List-Post": "<mailto:lists@host.example>"}
CORRECTIONS = {
    "through a list": (BY_A_LIST, {}, "lea@visitor.example", "lists@host.example"),
    "through a list, for themselves": (BY_A_LIST, {"lists": "person"}, "lea@visitor.example", ""),
    "person": (BY_LUC, {}, "luc@host.example", ""),
    "person, a machine really": (BY_LUC, {"luc": "relay"}, "lea@visitor.example", "luc@host.example"),
    "machine": (BY_LEADS, {}, "lea@visitor.example", "leads@host.example"),
    "machine, a person really": (BY_LEADS, {"leads": "person"}, "leads@host.example", ""),
    "machine without anybody": ({"From": "Luc@Host.example"}, {"luc": "relay"}, "", "Luc@Host.example"),
}


def test_correction_of_the_pro_counts(subtests):
    for label, (headers, roles, email, machine) in CORRECTIONS.items():
        with subtests.test(label):
            message = read_raw(mime(**headers), **roles)
            address = "" if email == "" else "lea@visitor.example"
            assert (message.email, message.address, message.by_way_of) == (email, address, machine)


def test_copies():
    message = read(Cc="Luc <luc@visitor.example>, desk@in.example.com, lea@example.org, no-reply@host.example, nobody")
    assert message.cc == (("Luc", "luc@visitor.example"),)
