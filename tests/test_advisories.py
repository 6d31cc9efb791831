"""`make audit` against a database of advisories on a real port."""

import json

from tests.advisories import LOCK, main, read_lock
from tests.outgoing.peer import Peer

LOCKED = """\
django==6.1 \\
    --hash=sha256:00
    # via axes
pyrage==1.4.0 ; python_version > '3' \\
    --hash=sha256:11
"""


def answering(results):
    body = json.dumps({"results": results}).encode()
    peer = Peer()
    peer.answer = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    return peer


def test_a_known_vulnerability_fails(tmp_path, capsys):
    lock = tmp_path / "lock"
    lock.write_text(LOCKED)
    peer = answering([{"vulns": [{"id": "PYSEC-2026-1"}, {"id": "GHSA-x"}]}, {}])
    assert main(peer.url, lock) == 1
    out, err = capsys.readouterr()
    assert out == "2 locked packages, 1 with a known vulnerability\n"
    assert err == "django 6.1: https://osv.dev/vulnerability/PYSEC-2026-1, https://osv.dev/vulnerability/GHSA-x\n"
    asked = json.loads(peer.requests[0].partition(b"\r\n\r\n")[2])
    assert asked == {
        "queries": [
            {"package": {"name": "django", "ecosystem": "PyPI"}, "version": "6.1"},
            {"package": {"name": "pyrage", "ecosystem": "PyPI"}, "version": "1.4.0"},
        ]
    }


def test_none_is_known(tmp_path, capsys):
    lock = tmp_path / "lock"
    lock.write_text(LOCKED)
    assert main(answering([{}, {}]).url, lock) == 0
    assert capsys.readouterr() == ("2 locked packages, 0 with a known vulnerability\n", "")


def test_a_database_that_gives_no_answer_is_said_and_fails_nothing(tmp_path, capsys):
    lock = tmp_path / "lock"
    lock.write_text(LOCKED)
    for peer in (answering([{}]), Peer()):  # One that answers less than was asked, and one that speaks no JSON.
        assert main(peer.url, lock) == 0
        out, err = capsys.readouterr()
        assert (
            out == "" and err.startswith(f"WARNING: {peer.url} gives no answer (") and "NO package was audited" in err
        )


def test_the_lock_is_read_whole():
    versions = read_lock(LOCK)
    assert {"django", "gunicorn", "boto3"} <= set(versions)
    assert len(versions) == LOCK.read_text().count("==")
