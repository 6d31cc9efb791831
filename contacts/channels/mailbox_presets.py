"""Servers of well-known mail hosts, by the domain of an address: the fields of a mailbox that need not be looked up.

Source: the hosts' own help pages for mail programs.
"""

from typing import Any

GOOGLE_TOKENS = "https://oauth2.googleapis.com/token"
MICROSOFT_TOKENS = "https://login.microsoftonline.com/common/oauth2/v2.0/token"
TLS, STARTTLS = (465, "tls"), (587, "starttls")

# Domains, IMAP server, SMTP server, how SMTP is encrypted, token URL of OAuth 2. IMAP is everywhere TLS on port 993.
HOSTS: list[tuple[str, str, str, tuple[int, str], str]] = [
    ("gmail.com googlemail.com", "imap.gmail.com", "smtp.gmail.com", TLS, GOOGLE_TOKENS),
    ("onmicrosoft.com", "outlook.office365.com", "smtp.office365.com", STARTTLS, MICROSOFT_TOKENS),
    (
        "outlook.com outlook.fr outlook.be hotmail.com hotmail.fr hotmail.be hotmail.nl live.com live.fr"
        " live.be live.nl msn.com",
        *("outlook.office365.com", "smtp-mail.outlook.com", STARTTLS, MICROSOFT_TOKENS),
    ),
    ("yahoo.com yahoo.fr ymail.com", "imap.mail.yahoo.com", "smtp.mail.yahoo.com", TLS, ""),
    ("icloud.com me.com mac.com", "imap.mail.me.com", "smtp.mail.me.com", STARTTLS, ""),
    ("ovh.net ovh.fr ovh.com", "ssl0.ovh.net", "ssl0.ovh.net", TLS, ""),
    ("orange.fr wanadoo.fr", "imap.orange.fr", "smtp.orange.fr", TLS, ""),
    ("free.fr", "imap.free.fr", "smtp.free.fr", TLS, ""),
    ("sfr.fr neuf.fr", "imap.sfr.fr", "smtp.sfr.fr", TLS, ""),
    ("laposte.net", "imap.laposte.net", "smtp.laposte.net", TLS, ""),
    ("bbox.fr", "imap.bbox.fr", "smtp.bbox.fr", TLS, ""),
    ("ionos.fr ionos.com ionos.de ionos.es ionos.it", "imap.ionos.fr", "smtp.ionos.fr", TLS, ""),
    ("gandi.net", "mail.gandi.net", "mail.gandi.net", TLS, ""),
    ("infomaniak.com ik.me", "mail.infomaniak.com", "mail.infomaniak.com", TLS, ""),
    ("kpnmail.nl kpnplanet.nl planet.nl hetnet.nl", "imap.kpnmail.nl", "smtp.kpnmail.nl", STARTTLS, ""),
    ("ziggo.nl home.nl upcmail.nl", "imap.ziggo.nl", "smtp.ziggo.nl", STARTTLS, ""),
    ("xs4all.nl", "imap.xs4all.nl", "smtp.xs4all.nl", TLS, ""),
    ("telenet.be", "imap.telenet.be", "smtp.telenet.be", STARTTLS, ""),
    ("skynet.be proximus.be", "imap.proximus.be", "relay.proximus.be", STARTTLS, ""),
    ("gmx.de gmx.net", "imap.gmx.net", "mail.gmx.net", STARTTLS, ""),
    ("gmx.fr gmx.com", "imap.gmx.com", "mail.gmx.com", STARTTLS, ""),
    ("web.de", "imap.web.de", "smtp.web.de", STARTTLS, ""),
    ("t-online.de", "secureimap.t-online.de", "securesmtp.t-online.de", TLS, ""),
]


def suggest_servers(address: str) -> dict[str, Any]:
    """Fields of the mailbox of an address; for an unknown domain the names that most hosts use."""
    domain = address.rpartition("@")[2].strip().lower()
    for domains, imap_host, smtp_host, (port, security), token_url in HOSTS:
        if any(domain == name or domain.endswith(f".{name}") for name in domains.split()):
            return _fields(imap_host, smtp_host, port, security) | {"token_url": token_url}
    return _fields(f"imap.{domain}", f"smtp.{domain}", *TLS) if "." in domain else _fields("", "", *TLS)


def _fields(imap_host: str, smtp_host: str, smtp_port: int, smtp_security: str) -> dict[str, Any]:
    return {
        **{"imap_host": imap_host, "imap_port": 993, "imap_security": "tls"},
        **{"smtp_host": smtp_host, "smtp_port": smtp_port, "smtp_security": smtp_security},
    }
