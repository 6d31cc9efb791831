"""Secrets and tokens are in no log, no error and no stored job."""

import logging
import traceback

import pytest
from django_tasks_db.models import DBTaskResult

from contacts.channels.message import SendFailedError
from contacts.channels.providers import provider_of
from contacts.conversations.writing import write_message
from contacts.models import ChannelConnection, ContactMessage

from ..messaging import SECRET
from .peer import BOT_TOKEN, WHATSAPP_TOKEN

HIDDEN = (SECRET, BOT_TOKEN, BOT_TOKEN.partition(":")[2], WHATSAPP_TOKEN)


@pytest.fixture(autouse=True)
def log(caplog):
    """Every line that an installation writes which logs all it can."""
    caplog.set_level(logging.DEBUG)
    return caplog


def assert_hidden(*texts):
    assert [(word, text) for word in HIDDEN for text in texts if word in str(text)] == []


def go_wrong(peer, how):
    if how == "gone":
        peer.stop()
    elif how == "slow":
        peer.settings.CHANNEL_TIMEOUT = 1
        peer.may_answer.clear()
    elif how == "headers":
        # urllib3 warns of these, with the whole address.
        peer.answer_with(200, b"{}", **{"X\r\n": "broken", "a b": "c"})
    elif how == "redirect":
        peer.answer_with(302, b"", Location=f"http://127.0.0.1:{peer.port}/{SECRET}")
    elif how == "no address":
        peer.settings.WHATSAPP_API_URL = peer.settings.TELEGRAM_API_URL = "http://nowhere.invalid"
    else:
        peer.answer_with(int(how), b"no JSON")


WRONG = ["gone", "slow", "headers", "redirect", "no address", "400", "401", "429", "500"]


@pytest.mark.parametrize("how", WRONG)
@pytest.mark.parametrize("channel", ["whatsapp", "telegram"])
def test_failed_sending_reveals_no_secret(peer, received, user, work_tasks, log, channel, how):
    answer = write_message(received(channel).contact, "Yes", channel=channel, by=user)
    go_wrong(peer, how)
    work_tasks()
    (job,) = DBTaskResult.objects.filter(task_path="contacts.conversations.sending.send_message")
    answer.refresh_from_db()
    assert answer.error and answer.state in ("sending", "failed")
    assert (job.traceback != "") == (answer.state == "sending")
    assert_hidden(answer.error, job.traceback, job.args_kwargs, log.text)
    if how == "gone":
        peer.start()


@pytest.mark.parametrize("how", WRONG)
@pytest.mark.parametrize("channel", ["whatsapp", "telegram"])
def test_failed_connection_test_reveals_no_secret(peer, connect_channel, log, channel, how):
    connection = connect_channel(channel)
    go_wrong(peer, how)
    with pytest.raises(SendFailedError) as caught:
        provider_of(connection).check_connection(connection)
    written = "".join(traceback.format_exception(caught.value))
    assert_hidden(caught.value.reason, written, log.text)
    if how == "gone":
        peer.start()


@pytest.mark.parametrize("channel", ["whatsapp", "telegram"])
def test_successful_sending_reveals_no_secret(peer, received, user, work_tasks, log, channel):
    answer = write_message(received(channel).contact, "Yes", channel=channel, by=user)
    work_tasks()
    answer.refresh_from_db()
    assert answer.state == "sent"
    rows = [*DBTaskResult.objects.values(), *ContactMessage.objects.values()]
    assert_hidden(log.text, rows)


def test_printed_connection_reveals_no_secret(connect_channel):
    for channel in ("whatsapp", "telegram", "email"):
        connection = connect_channel(channel)
        assert_hidden(str(connection), repr(connection))
    assert_hidden(list(ChannelConnection.objects.values_list("key", "address")))


def test_saving_encrypts_with_the_present_secret_key(connect_channel, pro, settings):
    connect_channel("whatsapp")
    former = settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "k" * 60, [former]
    ChannelConnection.objects.connect(pro, "whatsapp", {"secret": "", "token": ""})
    settings.SECRET_KEY_FALLBACKS = []
    connection = ChannelConnection.objects.get()
    assert (connection.secret, connection.token) == (SECRET, WHATSAPP_TOKEN)
