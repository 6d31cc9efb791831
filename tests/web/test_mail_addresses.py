"""Addresses that take no answers, in several languages."""

import pytest

from config.web.mail import is_answerable


@pytest.mark.parametrize(
    "user",
    [
        *("no-reply", "noreply", "No_Reply", "do-not-reply", "donotreply", "portal.noreply", "noreply-de", "noreply2"),
        *("ne-pas-repondre", "nepasrepondre", "ne_pas_répondre", "sans-reponse"),
        *("niet-beantwoorden", "nietbeantwoorden", "niet-antwoorden", "geen-antwoord", "niet.reageren"),
        *("nicht-antworten", "bitte-nicht-antworten", "nichtantworten", "keine-antwort", "keineantwort"),
        *(
            "no-responder",
            "noresponder",
            "no-responda",
            "no-contestar",
            "non-rispondere",
            "nonrispondere",
            "no-risposta",
        ),
        *("nao-responda", "não-responder", "nie-odpowiadaj", "svar-ikke", "svara-ej"),
        *("mailer-daemon", "MAILER-DAEMON", "postmaster", "bounces+42", "auto-confirm", "autoreply", "unmonitored"),
    ],
)
def test_machine_takes_no_answer(user):
    assert not is_answerable(f"{user}@host.example")


@pytest.mark.parametrize(
    "user",
    [
        *("lea", "info", "contact", "reply", "norbert.reply", "casino-replay", "antwoord", "nora.plyer", "repondre"),
        *("no", "nicht", "niet.jan", "autorepair", "post.master", "bouncer", "noreplyson", "maria.non", "zoé", ""),
    ],
)
def test_person_takes_an_answer(user):
    assert is_answerable(f"{user}@no-reply.example")
