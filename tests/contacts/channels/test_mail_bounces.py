"""Reports on a delivery as mail servers write them: the e-mail and recipient that they are about, and if it failed."""

import pytest

from .email_reading import read, read_raw
from .payloads import bounce

SENT = "<0f4c9a-77@office.example>"
GONE = "gone@visitor.example"
COPY = f"From: Office <noreply@office.example>\nTo: {GONE}\nSubject: Re: Visit\nMessage-ID: {SENT}\n\nThe flat is free."

EXIM = f"""This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its recipients. This is a permanent error.

  {GONE}
    host mx.visitor.example [192.0.2.1]
    SMTP error from remote mail server after RCPT TO:<{GONE}>: 550 temporarily unknown

------ This is a copy of the message, including all the headers. ------

Return-path: <noreply@office.example>
{COPY}
"""
EXIM_DELAY = """This message was created automatically by mail delivery software.
A message that you sent has not yet been delivered to one or more of its recipients after more than
24 hours on the queue on host.example.

No action is required on your part. Delivery attempts will continue for some time.
"""
QMAIL = f"""Hi. This is the qmail-send program at host.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{GONE}>:
192.0.2.1 does not like recipient.
Remote host said: 550 no such user

--- Below this line is a copy of the message.

Return-Path: <noreply@office.example>
Received: (qmail 1234 invoked by uid 89); 4 May 2026 08:00:00 -0000
{COPY}
"""
SENDMAIL = f"""The original message was received at Mon, 4 May 2026 10:00:00 +0200
from office.example [192.0.2.2]

   ----- The following addresses had permanent fatal errors -----
<{GONE}>
    (reason: 550 5.1.1 User unknown)

   ----- Transcript of session follows -----
... while talking to mx.visitor.example.:
550 5.1.1 <{GONE}>... User unknown

   ----- Original message follows -----

{COPY}
"""
SENDMAIL_DELAY = f"""    **********************************************
    **      THIS IS A WARNING MESSAGE ONLY      **
    **  YOU DO NOT NEED TO RESEND YOUR MESSAGE  **
    **********************************************

   ----- The following addresses had transient non-fatal errors -----
<{GONE}>

   ----- Original message follows -----

{COPY}
"""
YAHOO = f"""Sorry, we were unable to deliver your message to the following address.

<{GONE}>:
554: delivery error: dd This user doesn't have an account

--- Below this line is a copy of the message.

{COPY}
"""
GMAIL = f"""Delivery to the following recipient failed permanently:

     {GONE}

Technical details of permanent failure:
550 5.1.1 The email account that you tried to reach does not exist.

----- Original message -----

DKIM-Signature: v=1; a=rsa-sha256; d=office.example
{COPY}
"""
EXCHANGE = f"""Ihre Nachricht an {GONE} konnte nicht zugestellt werden.

Diagnostic information for administrators:
Remote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound'

Original message headers:

Received: from office.example (192.0.2.2)
From: Office <noreply@office.example>
To: <{GONE}>
Subject: Visit
Message-ID:
 {SENT}
"""
# Headers, text, failed.
TEXTS = {
    "Exim": ({"Subject": "Mail delivery failed: returning message to sender", "X-Failed-Recipients": GONE}, EXIM, True),
    "Exim without X-Failed-Recipients": ({"Subject": "Mail delivery failed: returning message to sender"}, EXIM, True),
    "Exim, delayed": (
        {"Subject": "Warning: message 1abc delayed 24 hours", "In-Reply-To": SENT},
        *(EXIM_DELAY, False),
    ),
    "qmail": ({"From": "MAILER-DAEMON@host.example", "Subject": "failure notice"}, QMAIL, True),
    "Sendmail": (
        {"From": "Mail Delivery Subsystem <MAILER-DAEMON>", "Subject": "Returned mail: see transcript for details"},
        *(SENDMAIL, True),
    ),
    "Sendmail, delayed": ({"Subject": "Warning: could not send message for past 4 hours"}, SENDMAIL_DELAY, False),
    "Yahoo": ({"From": "MAILER-DAEMON@yahoo.example", "Subject": "Failure Notice"}, YAHOO, True),
    "Gmail": (
        {"From": "mailer-daemon@googlemail.com", "Subject": "Delivery Status Notification (Failure)"},
        *(GMAIL, True),
    ),
    "Gmail, delayed": (
        {"From": "mailer-daemon@googlemail.com", "Subject": "Delivery Status Notification (Delay)"},
        *(GMAIL, False),
    ),
    "Exchange": ({"From": "postmaster@visitor.example", "Subject": "Unzustellbar: Delayed visit"}, EXCHANGE, True),
    "in French": ({"Subject": "Non remis : Visite"}, EXCHANGE, True),
    "in Dutch": ({"Subject": "Onbestelbaar: Bezoek"}, EXCHANGE, True),
    "without a subject": ({"Subject": None}, YAHOO, True),
    "quoted": ({"Subject": "Undelivered Mail"}, "\n".join(f"> {line}" for line in COPY.split("\n")), True),
}


def test_reports_without_a_standard_form(subtests):
    for label, (headers, text, is_failed) in TEXTS.items():
        for returned_to in ({"Return-Path": "<>"}, {}):
            with subtests.test(label, **returned_to):
                usual = {"From": "Mail Delivery System <Mailer-Daemon@host.example>", "Message-ID": "<b1@host.example>"}
                message = read(text, **{**usual, **returned_to, **headers})
                assert (message.about, message.is_returned) == (SENT, is_failed)
                assert message.failed_recipient == (GONE if is_failed else "")
                assert (message.is_automatic, message.is_silent, message.lead) == (True, True, None)


def test_report_without_any_address():
    message = read(YAHOO, From="MAILER-DAEMON <>", Subject="Mail delivery failed")
    assert (message.about, message.is_returned, message.failed_recipient) == (SENT, True, GONE)
    assert (message.name, message.email, message.address) == ("MAILER-DAEMON", "", "")


@pytest.mark.parametrize(("action", "recipient"), [("failed", "lea@example.org"), ("delayed", ""), ("relayed", "")])
def test_standard_report(action, recipient):
    message = read_raw(bounce(SENT, action))
    assert (message.about, message.is_returned, message.failed_recipient) == (SENT, bool(recipient), recipient)


def test_standard_report_on_several_recipients():
    more = b"Final-Recipient: rfc822; old@visitor.example\r\nAction: delayed\r\n\r\nFinal-Recipient: rfc822; lea@"
    message = read_raw(bounce(SENT).replace(b"Final-Recipient: rfc822; lea@", more))
    assert (message.is_returned, message.failed_recipient) == (True, "lea@example.org")


def test_recipient_is_the_one_that_was_written_to():
    original = b"Original-Recipient: rfc822;lea@work.example\r\nFinal-Recipient"
    message = read_raw(bounce(SENT).replace(b"Final-Recipient", original))
    assert message.failed_recipient == "lea@work.example"


RECEIPT = (
    "--B\r\nContent-Type: text/plain\r\n\r\nYour message was read.\r\n--B\r\n"
    "Content-Type: message/disposition-notification\r\n\r\nReporting-UA: x\r\n"
    f"Original-Message-ID: {SENT}\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n\r\n--B--\r\n"
)


def test_read_receipt_is_no_failure():
    kind = 'multipart/report; report-type=disposition-notification; boundary="B"'
    message = read(RECEIPT, Content_Type=kind, Subject="Not read: Undelivered")
    assert (message.about, message.is_returned, message.is_automatic, message.is_silent) == (SENT, False, True, True)


FORWARDED = (
    b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="A"\r\n\r\n--A\r\n\r\nWhat is this?\r\n'
    b"--A\r\nContent-Type: message/rfc822\r\n\r\n" + bounce(SENT) + b"\r\n--A--\r\n"
)


def test_person_who_forwards_a_report_is_no_report():
    message = read_raw(b"From: lea@example.org\r\nMessage-ID: <f@example.org>\r\n" + FORWARDED)
    assert (message.about, message.is_returned, message.is_automatic) == ("", False, False)
    message = read(f"Look:\n\n{YAHOO}", Subject="Fwd: failure notice")
    assert (message.about, message.is_returned, message.is_automatic) == ("", False, False)


@pytest.mark.parametrize(
    "piece", ["-", "- ", "Message-ID: ", "Message-ID:\n", "> ", "a@b.example ", "To: ", "-- copy of\n", "<"]
)
def test_long_report_is_read_in_linear_time(piece):
    text = piece * (400_000 // len(piece))
    assert read(text, From="MAILER-DAEMON@host.example", Subject="failure notice").is_returned
