"""SMTP connections that the worker keeps, on real servers: one that stays, and ones that hang up or refuse."""

import asyncio
import socket
import threading
from smtplib import SMTPNotSupportedError

import pytest
from django.core.mail import send_mail

from config.deadlines import finish_within
from config.kept_smtp import MAX_IDLE, MAX_MAILS, keep_connections


class Server(asyncio.Protocol):
    """Takes mail, and notes it in `log` with the number of its connection.

    Hangs up right after a mail whose text holds "bye", and in the middle of one that holds "crash". `pieces` are what
    came at once between mails. With PIPELINING it takes a text after refused recipients too, as a server may; `empty`
    counts those of nothing. The connections until `last_number` take no further mail.
    """

    log, connections, pieces, has_pipelining, empty, last_number = [], 0, [], False, 0, 0

    def connection_made(self, transport):
        Server.connections += 1
        self.number, self.transport, self.received, self.is_in_data = Server.connections, transport, b"", False
        self.say("220 here")

    def say(self, line):
        self.transport.write(f"{line}\r\n".encode())

    def data_received(self, data):
        self.received += data
        if self.is_in_data:
            if self.received == b".\r\n":
                self.received, self.is_in_data, Server.empty = b"", False, Server.empty + 1
                self.say("554 no valid recipients")
            elif self.received.endswith(b"\r\n.\r\n"):
                self.take_mail()
            return
        Server.pieces.append([line.partition(":")[0].upper() for line in data.decode().split("\r\n")[:-1]])
        while b"\r\n" in self.received:
            line, _, self.received = self.received.partition(b"\r\n")
            self.answer(line.decode())

    def take_mail(self):
        content, self.received, self.is_in_data = self.received.decode(), b"", False
        if "crash" in content:
            self.transport.close()
            return
        Server.log.append((self.number, content.partition("\r\n\r\n")[2].partition("\r\n")[0]))
        self.say("250 taken")
        if "bye" in content:
            self.transport.close()

    def answer(self, line):
        if line.upper().startswith("RCPT") and "nobody@" in line:
            self.say("550 no such user")
        elif line.upper().startswith("MAIL") and "stranger@" in line:
            self.say("553 not yours")
        elif line.upper() == "RSET" and self.number <= Server.last_number:
            self.say("450 not now")
        elif line.upper().startswith("EHLO") and Server.has_pipelining:
            self.say("250-here\r\n250 PIPELINING")
        elif line.upper() == "DATA":
            self.is_in_data = True
            self.say("354 go on")
        elif line.upper() == "QUIT":
            Server.log.append((self.number, "QUIT"))
            self.say("221 bye")
            self.transport.close()
        else:
            self.say("250 fine")


@pytest.fixture(params=["each command by itself", "several at once"])
def log(request, settings):
    """The mails that the server has taken, [(number of the connection, first line)]."""
    Server.log, Server.connections, Server.pieces, Server.empty, Server.last_number = [], 0, [], 0, 0
    Server.has_pipelining = request.param == "several at once"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever)
        thread.start()
        server = asyncio.run_coroutine_threadsafe(loop.create_server(Server, sock=listener), loop).result()
        options = {"host": "127.0.0.1", "port": listener.getsockname()[1], "timeout": 5}
        settings.MAILERS = {"default": {"BACKEND": "config.kept_smtp.KeptSmtpBackend", "OPTIONS": options}}
        yield Server.log
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def send(text, *to, sender="house@example.org"):
    send_mail("Subject", text, sender, to or ["ann@example.org"])


def test_mails_share_a_connection_until_the_end_of_the_block(log):
    with keep_connections():
        for text in ("one", "two", "three"):
            send(text)
    assert log == [(1, "one"), (1, "two"), (1, "three"), (1, "QUIT")]


def test_each_mail_has_its_own_connection_outside_of_a_block(log):
    with keep_connections():
        send("one")
    send("two")
    send("three")
    assert log == [(1, "one"), (1, "QUIT"), (2, "two"), (2, "QUIT"), (3, "three"), (3, "QUIT")]


def test_connection_that_the_server_closed_is_replaced_before_the_next_mail(log):
    with keep_connections():
        for text in ("one", "two bye", "three", "four"):
            send(text)
    assert log == [(1, "one"), (1, "two bye"), (2, "three"), (2, "four"), (2, "QUIT")]


def test_mail_whose_connection_breaks_half_way_fails_and_is_not_sent_again(log):
    with keep_connections():
        send("one")
        with pytest.raises(OSError, match="closed"):
            send("crash")
        send("two")
    assert log == [(1, "one"), (2, "two"), (2, "QUIT")]


def test_refused_recipient_breaks_nothing_for_the_next(log):
    with keep_connections():
        send("one")
        with pytest.raises(OSError, match="no such user"):
            send("lost", "nobody@example.org")
        send("two")
    assert [text for _number, text in log if text != "QUIT"] == ["one", "two"]


def test_refused_sender_breaks_nothing_for_the_next(log):
    with keep_connections():
        send("one")
        with pytest.raises(OSError, match="not yours"):
            send("lost", sender="stranger@example.org")
        send("two")
    assert [text for _number, text in log if text != "QUIT"] == ["one", "two"]


def test_mail_goes_to_those_of_its_recipients_that_are_taken(log):
    with keep_connections():
        send("one", "nobody@example.org", "ann@example.org")
        send("two")
    assert log == [(1, "one"), (1, "two"), (1, "QUIT")]


def test_commands_before_the_text_go_out_at_once_where_the_server_takes_that(log):
    with keep_connections():
        send("one", "ann@example.org", "bob@example.org")
        send("two")
    first, second = ["MAIL FROM", "RCPT TO", "RCPT TO", "DATA"], ["RSET", "MAIL FROM", "RCPT TO", "DATA"]
    pieces = [first, second] if Server.has_pipelining else [[command] for command in (*first, *second)]
    assert Server.pieces[1:] == [*pieces, ["QUIT"]]


def test_a_server_that_was_idle_is_asked_before(log, monkeypatch):
    monkeypatch.setattr("config.kept_smtp.MAX_FRESH", 0)
    with keep_connections():
        send("one")
        send("two")
    mail = ["MAIL FROM", "RCPT TO", "DATA"]
    parts = [mail] if Server.has_pipelining else [[command] for command in mail]
    assert Server.pieces[1:] == [*parts, ["RSET"], *parts, ["QUIT"]]


@pytest.mark.parametrize("fresh", [0, 60])
def test_a_server_that_takes_no_further_mail_gets_no_part_of_one(log, monkeypatch, fresh):
    monkeypatch.setattr("config.kept_smtp.MAX_FRESH", fresh)
    with keep_connections():
        send("one")
        Server.last_number = 1
        send("two")
    assert (log, Server.empty) == ([(1, "one"), (2, "two"), (2, "QUIT")], 0)


def test_connection_that_does_not_answer_any_more_is_replaced(log, monkeypatch):
    say = Server.say
    monkeypatch.setattr("config.kept_smtp.MAX_ANSWER", 0.2)
    monkeypatch.setattr("config.kept_smtp.MAX_FRESH", 0)
    with keep_connections():
        send("one")
        monkeypatch.setattr(Server, "say", lambda self, line: say(self, line) if self.number > 1 else None)
        send("two")
        send("three")
    assert [text for text in log if text[1] != "QUIT"] == [(1, "one"), (2, "two"), (2, "three")]


def test_connection_is_replaced_after_a_number_of_mails(log):
    with keep_connections():
        for number in range(MAX_MAILS + 1):
            send(f"{number}")
    mails = [(1, f"{number}") for number in range(MAX_MAILS)]
    assert log == [*mails, (1, "QUIT"), (2, f"{MAX_MAILS}"), (2, "QUIT")]


def test_idle_connection_is_replaced(log, monkeypatch):
    now = 1000.0
    monkeypatch.setattr("config.kept_smtp.time.monotonic", lambda: now)
    with keep_connections():
        send("one")
        now += MAX_IDLE
        send("two")
    assert log == [(1, "one"), (1, "QUIT"), (2, "two"), (2, "QUIT")]


def test_server_that_is_not_there_raises(log, settings):
    settings.MAILERS["default"]["OPTIONS"]["port"] = 9
    settings.MAILERS = {**settings.MAILERS}
    with keep_connections(), pytest.raises(OSError, match="refused"):
        send("one")
    assert log == []


def test_the_whole_of_a_mail_has_one_deadline(log, settings, monkeypatch):
    """Each wait is short, and there is no end to them."""
    settings.MAILERS["default"]["OPTIONS"]["timeout"] = 0.5
    settings.MAILERS = {**settings.MAILERS}

    def say_slowly(self, line):
        self.transport.write(b"2")
        asyncio.get_running_loop().call_later(0.05, say_slowly, self, line)

    monkeypatch.setattr(Server, "say", say_slowly)
    with pytest.raises(OSError, match=r"timed out|closed"):
        send("one")
    assert log == []


def test_mails_that_somebody_waits_for_share_a_deadline(log, settings, monkeypatch):
    monkeypatch.setattr(Server, "say", lambda self, line: None)
    with finish_within(0.2):
        for text in ("one", "two"):
            with pytest.raises(OSError, match=r"timed out|closed|^$"):
                send(text)
    # Of the second mail the time is over before it begins.
    assert (log, Server.connections) == ([], 1)


def test_connection_that_cannot_sign_in_is_closed(log, settings):
    settings.MAILERS["default"]["OPTIONS"] |= {"username": "house", "password": "secret"}
    settings.MAILERS = {**settings.MAILERS}
    with pytest.raises(OSError, match="AUTH") as refused:
        send("one")
    # Its traceback is still held, and the connection with it.
    assert (log, refused.type) == ([(1, "QUIT")], SMTPNotSupportedError)
