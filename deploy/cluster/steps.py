"""Steps of the rehearsal: what is done to the cluster, and what is measured meanwhile."""

import json
import os
import signal
import statistics
import time
import uuid
from collections import Counter
from typing import Any

from clients import CONTACTS, Load, Writers, ask, rate, unseen_writes
from engines import DATABASES, WEB, WORKERS, Cluster, wait_until

CLIENTS = 4
ROUNDS = 3


class Rehearsal:
    """A running cluster with the demo on it. `broken` are the promises that were not kept."""

    def __init__(self, cluster: Cluster, share: float, seconds: float) -> None:
        self.cluster, self.share, self.seconds = cluster, share, seconds
        self.broken: list[str] = []
        start = time.monotonic()
        cluster.start()
        self.token = json.loads(cluster.manage("demo", "--json", "--contacts", "2000"))["pros"][0]["token"]
        for name in WEB:
            cluster.start_web(name, share)
        self.report("everything started", time.monotonic() - start, "s")

    def run(self, names: list[str]) -> None:
        for name in names:
            print(f"== {name}", flush=True)
            try:
                STEPS[name](self)
            except (OSError, RuntimeError) as error:
                # The steps after it have a cluster all the same, or say that they have none.
                print(f"  {type(error).__name__}: {error}", flush=True)
                self.broken.append(name)
        print("kept" if not self.broken else f"broken: {'; '.join(self.broken)}", flush=True)

    def report(self, label: str, value: float, unit: str = "", *, at_most: float | None = None) -> None:
        """Print a figure; beyond `at_most` it is a broken promise."""
        verdict = "" if at_most is None else f"(at most {at_most:g})"
        if at_most is not None and value > at_most:
            self.broken.append(label)
            verdict += " BROKEN"
        print(f"  {label:<64} {value:10.2f} {unit:<6} {verdict}".rstrip(), flush=True)


def throughput(rehearsal: Rehearsal) -> None:
    """One web machine and two, in turns: nine lists and one new contact of ten requests."""
    cluster, rates, failures = rehearsal.cluster, {1: list[float](), 2: list[float]()}, 0
    limited = cluster.limits["web1"].is_usable
    print(f"  each web machine has {rehearsal.share:g} of a processor" if limited else "  no limit of processors here")
    for _ in range(ROUNDS):
        for count in (1, 2):
            cluster.balance(f"set server web/web2 state {'ready' if count == 2 else 'drain'}")
            wait_until(lambda count=count: count == 2 or not cluster.sessions("web2"), "web2 empty")
            per_second, failed = rate(rehearsal.token, CLIENTS, rehearsal.seconds)
            rates[count].append(per_second)
            failures += failed
    one, two = (statistics.median(rates[count]) for count in (1, 2))
    for count, per_second in ((1, one), (2, two)):
        spread = f"({min(rates[count]):.1f} to {max(rates[count]):.1f})"
        rehearsal.report(f"requests with {count} web machine{'s'[: count - 1]} {spread}", per_second, "/s")
    rehearsal.report("two to one", two / one, "×")
    rehearsal.report("failed requests", failures, at_most=0)


def reads(rehearsal: Rehearsal) -> None:
    """Reading from the standby: how much of it, and whether a caller's own writes are there at once."""
    cluster = rehearsal.cluster
    before = {name: rows_read(cluster, name) for name in DATABASES}
    for _ in range(100):
        ask("GET", f"{CONTACTS}?limit=25", rehearsal.token)
    wait_until(lambda: sum(rows_read(cluster, name) - before[name] for name in DATABASES) > 2000, "statistics")
    read = {name: rows_read(cluster, name) - before[name] for name in DATABASES}
    rehearsal.report("rows of lists read on the standby", 100 * read[cluster.standby()] / sum(read.values()), "%")
    for level in ("on", "remote_apply"):
        cluster.configure(synchronous_commit=level)
        unseen, milliseconds = unseen_writes(rehearsal.token, 100)
        allowed = 0 if level == "remote_apply" else None
        rehearsal.report(f"of 100 writes unseen by the next request ({level})", unseen, at_most=allowed)
        rehearsal.report(f"median time of a write ({level})", milliseconds, "ms")


def rows_read(cluster: Cluster, name: str) -> int:
    """Rows that a database has given to queries."""
    sql = "SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_all_tables WHERE relname = 'contacts_contact'"
    return int(cluster.query(sql, name)[0])


def files(rehearsal: Rehearsal) -> None:
    """A file uploaded through one web machine, downloaded through the other."""
    cluster, token = rehearsal.cluster, rehearsal.token
    sql = "SELECT id, created_by FROM inquiries_inquiry WHERE pro_id = 1 ORDER BY id LIMIT 1"
    inquiry, user = cluster.query(sql)[0].split("|")
    content, path = f"Kept in a bucket. {uuid.uuid4()}".encode(), f"/api/inquiries/{inquiry}/attachments"
    use_only(cluster, "web1")
    body, content_type = multipart({"user_id": user}, "notes.txt", content)
    uploaded = ask("POST", path, token, body, Content_Type=content_type).json()["data"]
    use_only(cluster, "web2")
    downloaded = ask("GET", f"{path}/{uploaded['id']}/download?user_id={user}", token)
    cluster.balance("set server web/web1 state ready")
    rehearsal.report("files that the other web machine has not", downloaded.body != content, at_most=0)


def multipart(fields: dict[str, str], filename: str, content: bytes) -> tuple[bytes, str]:
    """Body of a form with a file, and its type."""
    boundary, parts = uuid.uuid4().hex, []
    for name, value in fields.items():
        parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode())
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{filename}"\r\n'
    parts.append(f"{head}Content-Type: text/plain\r\n\r\n".encode() + content + f"\r\n--{boundary}--\r\n".encode())
    return b"".join(parts), f"multipart/form-data; boundary={boundary}"


def use_only(cluster: Cluster, name: str) -> None:
    for other in WEB:
        cluster.balance(f"set server web/{other} state {'ready' if other == name else 'drain'}")


def drain(rehearsal: Rehearsal) -> None:
    """A web machine taken away and brought back, three times, under load."""
    cluster = rehearsal.cluster
    with Load(rehearsal.token).running(CLIENTS) as load:
        for _ in range(3):
            cluster.balance("set server web/web1 state drain")
            wait_until(lambda: not cluster.sessions("web1"), "web1 empty")
            cluster.web["web1"].terminate()
            cluster.web["web1"].wait()
            # Back in HAProxy, and not used before /readyz says so.
            wait_until(lambda: cluster.state("web1").startswith("DOWN"), "web1 down")
            cluster.balance("set server web/web1 state ready")
            cluster.start_web("web1", rehearsal.share)
    rehearsal.report("requests meanwhile", load.good)
    rehearsal.report("failed requests, a web machine taken away three times", len(load.failed), at_most=0)


def lose_web(rehearsal: Rehearsal) -> None:
    """A web machine killed under load, without a word to anybody."""
    cluster = rehearsal.cluster
    with Load(rehearsal.token).running(CLIENTS) as load:
        wait_until(lambda: load.good > 50, "load")
        cluster.network["web2"].unplug()
        cluster.network["web2"].kill()
        gone = time.monotonic()
        wait_until(lambda: not cluster.is_up("web2"), "web2 down")
        noticed, count = time.monotonic() - gone, load.good
        wait_until(lambda: load.good > count + 100, "load goes on")
    cluster.network["web2"].plug()
    cluster.start_web("web2", rehearsal.share)
    rehearsal.report("a killed web machine gets no more requests after", noticed, "s")
    rehearsal.report("requests lost with it, of clients that do not retry", len(load.failed))
    rehearsal.report("longest answer meanwhile", max(load.durations), "s")


def jobs(rehearsal: Rehearsal) -> None:
    """Two workers with one host name and equal process ids: each job once."""
    cluster, sql = (
        rehearsal.cluster,
        "SELECT count(*) FROM django_tasks_database_dbtaskresult WHERE status <> 'SUCCESSFUL'",
    )
    for name in WORKERS:
        cluster.start_worker(name)
    property_id = cluster.query("SELECT id FROM contact_requests_property WHERE pro_id = 1 LIMIT 1")[0]
    senders = [f"{uuid.uuid4().hex}@example.org" for _ in range(150)]
    start = time.monotonic()
    for sender in senders:
        message = {"name": "Ada", "email": sender, "message": "Is it still free?", "propertyId": property_id}
        ask("POST", "/pro/contact-requests", rehearsal.token, message)
    wait_until(lambda: cluster.query(sql) == ["0"], "every job done", 400)
    rehearsal.report("150 contact requests and their mails", time.monotonic() - start, "s")
    mails = Counter(text for name in WORKERS for text in recipients(cluster, name))
    rehearsal.report("acknowledgments missing", sum(not mails[sender] for sender in senders), at_most=0)
    rehearsal.report("acknowledgments sent twice", sum(mails[sender] > 1 for sender in senders), at_most=0)
    attempts = cluster.query("SELECT jsonb_array_length(worker_ids) FROM django_tasks_database_dbtaskresult")
    rehearsal.report("jobs", len(attempts))
    rehearsal.report("jobs begun more than once", sum(int(number) > 1 for number in attempts), at_most=0)
    used = cluster.query("SELECT DISTINCT worker_ids->>0 FROM django_tasks_database_dbtaskresult")
    rehearsal.report("workers without a job", len(WORKERS) - len(used), at_most=0)


def recipients(cluster: Cluster, worker: str) -> list[str]:
    """Recipients of the mails that a worker has sent."""
    folder = cluster.network[worker].home / "var" / "mailbox"
    lines = [line for file in folder.glob("*") for line in file.read_text().splitlines()]
    return [line.split(": ", 1)[1].strip() for line in lines if line.startswith("To: ")]


def postgres_dies(rehearsal: Rehearsal) -> None:
    """PostgreSQL of the primary killed with SIGKILL, Patroni and the machine being well."""
    cluster = rehearsal.cluster
    folder = cluster.network[cluster.primary()].home / "postgres" / "data"
    pid = int((folder / "postmaster.pid").read_text().split()[0])
    fail_over(rehearsal, lambda: os.kill(pid, signal.SIGKILL))


def machine_dies(rehearsal: Rehearsal) -> None:
    """The primary's machine unplugged and all of it killed; plugged in again afterwards."""
    cluster = rehearsal.cluster
    lost = cluster.network[name := cluster.primary()]

    def lose() -> None:
        lost.unplug()
        lost.kill()

    fail_over(rehearsal, lose)
    lost.plug()
    cluster.start_etcd(name)
    cluster.start_patroni(name)
    start = time.monotonic()
    wait_until(lambda: cluster.standby() == name, "the lost machine as standby")
    rehearsal.report("the lost machine is synchronous standby again after", time.monotonic() - start, "s")


def fail_over(rehearsal: Rehearsal, lose: Any) -> None:
    """Lose the primary while clients write, and look for every acknowledged write afterwards."""
    cluster = rehearsal.cluster
    wait_until(cluster.standby, "a synchronous standby")
    before = cluster.primary()
    with Writers(rehearsal.token).running(CLIENTS) as writers:
        wait_until(lambda: writers.count() > 200, "writes")
        lose()
        lost, count = time.monotonic(), writers.count()
        wait_until(lambda: cluster.primary() not in ("", before), "another primary")
        promoted = time.monotonic() - lost
        wait_until(lambda: writers.count() > count + 200, "writes after it")
    found = dict(line.split("|")[::-1] for line in cluster.query("SELECT id, name FROM contacts_contact"))
    keys = Counter(cluster.query("SELECT name FROM contacts_contact WHERE name LIKE 'Write %'"))
    kept = sum(found.get(f"Write {key}") == id for key, id in writers.acknowledged.items())
    rehearsal.report("another primary after", promoted, "s")
    rehearsal.report("no write acknowledged for", writers.longest_pause(lost), "s")
    rehearsal.report("writes acknowledged", len(writers.acknowledged))
    rehearsal.report("refused meanwhile, and sent again with the same key", writers.refused)
    rehearsal.report("acknowledged writes lost", len(writers.acknowledged) - kept, at_most=0)
    rehearsal.report("writes made twice", sum(number > 1 for number in keys.values()), at_most=0)
    wait_until(lambda: ask("GET", f"{CONTACTS}?limit=25", rehearsal.token).is_good, "lists")


STEPS = {
    "throughput": throughput,
    "reads": reads,
    "files": files,
    "drain": drain,
    "lose-web": lose_web,
    "jobs": jobs,
    "postgres-dies": postgres_dies,
    "machine-dies": machine_dies,
}
