"""The breaker of a peer: few callers at once, and none right after it hung."""

import threading

import pytest

from config.peers import LeftAloneError, Peer


def hang(peer):
    with pytest.raises(TimeoutError), peer.call():
        raise TimeoutError


def test_a_peer_that_hung_is_left_alone_until_the_pause_is_over(monkeypatch):
    now = [100.0]
    monkeypatch.setattr("config.peers.time.monotonic", lambda: now[0])
    peer = Peer(at_once=2, pause=10)
    hang(peer)
    for now[0] in (100, 109.9):
        with pytest.raises(LeftAloneError), peer.call():
            pytest.fail("it was called")
    now[0] = 110.0
    hang(peer)
    now[0] = 119.9
    with pytest.raises(LeftAloneError), peer.call():
        pytest.fail("it was called")


def test_only_one_call_tries_whether_it_answers_again(monkeypatch):
    peer = Peer(at_once=2, pause=0)
    hang(peer)
    with peer.call(), pytest.raises(LeftAloneError), peer.call():
        pytest.fail("it was called twice")
    with peer.call(), peer.call():
        pass


def test_other_errors_stop_nobody():
    peer = Peer(at_once=1, pause=10)
    for _ in range(3):
        with pytest.raises(ConnectionRefusedError), peer.call():
            raise ConnectionRefusedError
    with peer.call():
        pass


def test_more_than_so_many_at_once_are_sent_away():
    peer, entered, leave = Peer(at_once=2, pause=10), threading.Barrier(3), threading.Event()

    def wait():
        with peer.call():
            entered.wait(10)
            leave.wait(10)

    threads = [threading.Thread(target=wait) for _ in range(2)]
    for thread in threads:
        thread.start()
    entered.wait(10)
    with pytest.raises(LeftAloneError), peer.call():
        pytest.fail("it was called")
    leave.set()
    for thread in threads:
        thread.join(10)
    with peer.call():
        pass
