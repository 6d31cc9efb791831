"""A real IMAP server on ports of its own: Debian's dovecot, with a mailbox for every user name."""

import imaplib
import os
import pwd
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from ...ports import free_port

PASSWORD = "the-password-with-é-in-it"
NO_DOVECOT = (
    "No dovecot found: the mailbox tests did NOT run. Install it, on Debian with: apt-get install dovecot-imapd"
)
CONFIGURATION = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
ssl = required
ssl_cert = <{certificate}
ssl_key = <{certificate}
auth_mechanisms = plain login xoauth2
mail_location = maildir:{folder}/mail/%u
mail_fsync = never
first_valid_uid = 1
{users}
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/oauth2.conf
}}
passdb {{
  driver = static
  mechanisms = plain login
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/mail/%u
}}
namespace inbox {{
  inbox = yes
  mailbox {sent} {{
    auto = create
    {special_use}
  }}
  mailbox Archive {{
    auto = create
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
auth_failure_delay = 0
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
"""
OAUTH = """
introspection_mode = get
introspection_url = {url}?token=
username_attribute = user
active_attribute = active
active_value = yes
"""


def find_dovecot() -> str | None:
    """The path of an installed dovecot; it is no program for everybody's PATH."""
    return shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


class Dovecot:
    """`port` speaks STARTTLS, `tls_port` TLS, with the certificate of the file `certificate`.

    `token_url` tells whether an access token is valid, for whom: {"active": "yes", "user": …}.
    """

    def __init__(self, certificate: Path, *, sent: str = "Sent", special_use: bool = True, token_url: str = "") -> None:
        # Its processes run as another user, who cannot look into the folders of the tests.
        self.folder = Path(tempfile.mkdtemp(prefix="vestibule-dovecot-"))
        self.folder.chmod(0o755)
        self.port, self.tls_port = free_port(), free_port()
        self.certificate = certificate
        owner = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())
        (self.folder / "mail").mkdir()
        os.chown(self.folder / "mail", owner.pw_uid, owner.pw_gid)
        users = (
            "" if os.getuid() == 0 else f"default_internal_user = {owner.pw_name}\ndefault_login_user = {owner.pw_name}"
        )
        values = {
            **{"folder": self.folder, "port": self.port, "tls_port": self.tls_port, "certificate": certificate},
            **{"uid": owner.pw_uid, "gid": owner.pw_gid, "users": users, "sent": f'"{sent}"'},
            "password": PASSWORD,
            "special_use": "special_use = \\Sent" if special_use else "",
        }
        (self.folder / "dovecot.conf").write_text(CONFIGURATION.format(**values))
        (self.folder / "oauth2.conf").write_text(OAUTH.format(url=token_url or "http://127.0.0.1:9/"))
        self.start()

    def start(self) -> None:
        command = [str(find_dovecot()), "-F", "-c", str(self.folder / "dovecot.conf")]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        ends = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 5).close()
                return
            except OSError:
                assert self.process.poll() is None and time.monotonic() < ends, self.log()
                time.sleep(0.02)

    def log(self) -> str:
        log = self.folder / "log"
        return log.read_text() if log.exists() else ""

    def stop(self) -> None:
        """Cut all connections and end; `start` starts it again."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def account(self, name: str) -> "Account":
        """The mailbox of a user, who needs no more than a name."""
        return Account(self, name)


class Account:
    """A mailbox, as its owner's mail program works with it."""

    def __init__(self, dovecot: Dovecot, name: str) -> None:
        self.dovecot, self.name = dovecot, name

    @contextmanager
    def open(self, folder: str = "INBOX") -> Iterator[imaplib.IMAP4]:
        context = ssl.create_default_context(cafile=str(self.dovecot.certificate))
        with imaplib.IMAP4_SSL("localhost", self.dovecot.tls_port, ssl_context=context, timeout=20) as client:
            client.authenticate("PLAIN", lambda _: f"\0{self.name}\0{PASSWORD}".encode())
            assert client.select(f'"{folder}"')[0] == "OK"
            yield client

    def add(self, *mails: bytes, folder: str = "INBOX", at: datetime | None = None) -> None:
        """Add mails to a folder, as if they had arrived `at` this time."""
        with self.open() as client:
            for raw in mails:
                assert client.append(f'"{folder}"', None, at, raw)[0] == "OK"  # type: ignore[arg-type]

    def count(self, folder: str = "INBOX") -> int:
        with self.open(folder) as client:
            return len(client.search(None, "ALL")[1][0].split())

    def mails(self, folder: str = "INBOX") -> list[bytes]:
        """The mails of a folder as they are stored."""
        with self.open(folder) as client:
            numbers = client.search(None, "ALL")[1][0].split()
            return [client.fetch(number.decode(), "(BODY.PEEK[])")[1][0][1] for number in numbers]  # type: ignore[index]

    def flags(self, folder: str = "INBOX") -> list[bytes]:
        """The flags of the mails, as the server lists them, without \\Recent."""
        with self.open(folder) as client:
            answers = client.fetch("1:*", "(FLAGS)")[1]
            return [imaplib.ParseFlags(line) and b" ".join(imaplib.ParseFlags(line)) for line in answers]  # type: ignore[arg-type]

    def move(self, number: int, folder: str, to: str) -> None:
        with self.open(folder) as client:
            assert client.copy(str(number), to)[0] == "OK"
            client.store(str(number), "+FLAGS", "\\Deleted")
            client.expunge()

    def delete(self, number: int, folder: str = "INBOX") -> None:
        with self.open(folder) as client:
            client.store(str(number), "+FLAGS", "\\Deleted")
            client.expunge()

    def change_uidvalidity(self) -> None:
        """Forget all UIDs, as a server does that was restored from a backup."""
        self.dovecot.stop()
        for path in (self.dovecot.folder / "mail" / self.name).rglob("dovecot*"):
            path.unlink()
        self.dovecot.start()
