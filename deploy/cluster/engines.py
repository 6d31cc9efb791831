"""The engines of the rehearsal, and Vestibule on them: installed, configured from `templates/`, started."""

import json
import os
import secrets
import shutil
import socket
import string
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

from machines import ADDRESSES, NETWORK, Limits, Machine, Network, ProcessorLimit, run

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TEMPLATES = HERE / "templates"
PACKAGES = ["postgresql", "patroni", "etcd-server", "pgbouncer", "haproxy"]
COMMANDS = ["patroni", "etcd", "pgbouncer", "haproxy"]
DATABASES, ELECTORS, WEB, WORKERS = ("db1", "db2"), ("balancer", "db1", "db2"), ("web1", "web2"), ("worker1", "worker2")
SITE_HOST = "desk.test"


def install() -> None:
    """Install what is missing of Debian's packages, without starting their services."""
    if all(shutil.which(name) for name in COMMANDS) and postgresql_folder():
        return
    run("apt-get", "update", "-qq")
    # Debian starts what it installs; the rehearsal has processes of its own.
    policy = Path("/usr/sbin/policy-rc.d")
    is_ours = not policy.exists()
    if is_ours:
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
    try:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES, env=environment)
    finally:
        if is_ours:
            policy.unlink()


def postgresql_folder() -> str:
    """Programs of the newest PostgreSQL of the system, "" without one."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return str(folders[-1].parent) if folders else ""


def versions() -> str:
    commands = [[f"{postgresql_folder()}/postgres", "-V"], ["patroni", "--version"], ["etcd", "--version"]]
    commands += [["pgbouncer", "-V"], ["haproxy", "-v"]]
    return "; ".join(run(*command).splitlines()[0] for command in commands)


def values(home: Path) -> dict[str, str]:
    """Values of the templates' variables; passwords are made anew."""
    passwords = ("superuser_password", "replication_password", "rewind_password", "database_password", "bucket_key")
    return {
        **ADDRESSES,
        **{name: secrets.token_urlsafe(24) for name in (*passwords, "secret_key")},
        "secret_key": secrets.token_urlsafe(60),
        "network": NETWORK,
        "site_host": SITE_HOST,
        "etcd_hosts": ", ".join(f"{ADDRESSES[name]}:2379" for name in ELECTORS),
        "bin_dir": postgresql_folder(),
        "home": str(home),
    }


def render(template: str, **variables: str) -> str:
    """Text of a template. Raises KeyError for a variable without a value."""
    return string.Template((TEMPLATES / template).read_text()).substitute(variables)


def wait_until(happened: Callable[[], object], what: str, seconds: float = 180) -> None:
    """Wait for a condition. Raises TimeoutError with `what` was waited for."""
    ends = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > ends:
            raise TimeoutError(f"after {seconds:g} seconds: {what}")
        time.sleep(0.05)


def status(url: str) -> int:
    """Status of an answer, 0 without one."""
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return response.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


class Cluster:
    """All engines on their machines."""

    def __init__(self, network: Network, limits: Limits, *, reads_standby: bool) -> None:
        self.network, self.limits, self.reads_standby = network, limits, reads_standby
        self.values = values(network.folder)
        self.web: dict[str, subprocess.Popen[bytes]] = {}

    def start(self) -> None:
        for name in ELECTORS:
            self.start_etcd(name)
        for name in DATABASES:
            self.start_patroni(name)
        wait_until(self.primary, "a primary")
        wait_until(self.standby, "a synchronous standby")
        self._create_database()
        self._start_balancer()
        self._start_bucket()
        manage = self.network["web1"]
        wait_until(lambda: self._answers(manage), "a connection through pgbouncer")
        self.manage("migrate", "-v", "0")

    def start_etcd(self, name: str) -> None:
        machine, url = self.network[name], f"http://{ADDRESSES[name]}"
        members = ",".join(f"{other}=http://{ADDRESSES[other]}:2380" for other in ELECTORS)
        machine.start(
            *("etcd", "--name", name, "--data-dir", str(machine.home / "etcd")),
            *("--listen-peer-urls", f"{url}:2380", "--initial-advertise-peer-urls", f"{url}:2380"),
            *("--listen-client-urls", f"{url}:2379", "--advertise-client-urls", f"{url}:2379"),
            *("--initial-cluster", members, "--initial-cluster-state", "new"),
        )

    def start_patroni(self, name: str) -> None:
        machine = self.network[name]
        home = machine.home / "postgres"
        home.mkdir(exist_ok=True)
        own = {"name": name, "address": machine.address, "home": str(home), "data_dir": str(home / "data")}
        (home / "patroni.yml").write_text(render("patroni.yml", **{**self.values, **own}))
        shutil.chown(home, "postgres", "postgres")
        machine.start("patroni", str(home / "patroni.yml"), user="postgres")

    def primary(self) -> str:
        """Name of the machine whose database takes writes, "" while there is none."""
        return self._database_that("primary")

    def standby(self) -> str:
        """Name of the machine with the synchronous standby, "" while there is none."""
        return self._database_that("sync")

    def _database_that(self, role: str) -> str:
        return next((name for name in DATABASES if status(f"http://{ADDRESSES[name]}:8008/{role}") == 200), "")

    def query(self, sql: str, name: str = "", database: str = "vestibule") -> list[str]:
        """Lines of a query's answer, asked as superuser of the primary or of the machine named."""
        name = name or self.primary()
        home = self.network[name].home / "postgres"
        command = ["psql", "-h", str(home), "-U", "postgres", "-d", database, "-AtqX", "-c", sql]
        return self.network[name].call(*command, user="postgres").splitlines()

    def configure(self, **parameters: str) -> None:
        """Change parameters of PostgreSQL on both machines, by Patroni."""
        body = json.dumps({"postgresql": {"parameters": parameters}}).encode()
        url = f"http://{ADDRESSES[self.primary()]}:8008/config"
        urllib.request.urlopen(urllib.request.Request(url, body, method="PATCH"), timeout=5).close()
        name, value = next(iter(parameters.items()))
        wait_until(lambda: all(self.query(f"SHOW {name}", m) == [value] for m in DATABASES), f"{name} = {value}")

    def _create_database(self) -> None:
        password = self.values["database_password"]
        self.query(f"CREATE ROLE vestibule LOGIN PASSWORD '{password}'", database="postgres")
        # By this a reader of the standby sees whether that follows the primary.
        self.query("GRANT pg_read_all_stats TO vestibule", database="postgres")
        self.query("CREATE DATABASE vestibule OWNER vestibule", database="postgres")

    def _start_balancer(self) -> None:
        machine = self.network["balancer"]
        pool = machine.home / "pgbouncer"
        pool.mkdir()
        for template in ("pgbouncer.ini", "userlist.txt"):
            (pool / template).write_text(render(template, **{**self.values, "home": str(pool)}))
        shutil.chown(pool, "postgres", "postgres")
        (machine.home / "haproxy.cfg").write_text(render("haproxy.cfg", **{**self.values, "home": str(machine.home)}))
        machine.start("haproxy", "-db", "-f", str(machine.home / "haproxy.cfg"))
        machine.start("pgbouncer", str(pool / "pgbouncer.ini"), user="postgres")

    def _start_bucket(self) -> None:
        machine = self.network["bucket"]
        command = [sys.executable, "-m", "tests.buckets", f"{machine.address}:9000"]
        machine.start(*command, environment={"PYTHONPATH": str(ROOT)}, log="bucket.log")
        wait_until(lambda: status(f"http://{machine.address}:9000/"), "the bucket")

    def _answers(self, machine: Machine) -> bool:
        url = f"postgres://vestibule:{self.values['database_password']}@{ADDRESSES['balancer']}:6432/vestibule"
        try:
            return machine.call("psql", "-AtqX", "-c", "SELECT 1", url).strip() == "1"
        except RuntimeError:
            return False

    def environment(self, name: str) -> dict[str, str]:
        """Environment of Vestibule on a machine."""
        lines = render("vestibule.env", **self.values).splitlines()
        read = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
        if self.reads_standby:
            read["DATABASE_REPLICA_URL"] = f"{read['DATABASE_URL']}_replica"
        machine = self.network[name]
        own = {"VAR_DIR": str(machine.home / "var"), "BIND": f"{machine.address}:8000", "PYTHONPATH": str(ROOT)}
        return {**read, **own, "DJANGO_SETTINGS_MODULE": "config.settings"}

    def manage(self, *arguments: str, machine: str = "web1") -> str:
        """Output of a management command."""
        command = [sys.executable, str(ROOT / "manage.py"), *arguments]
        return self.network[machine].call(*command, environment=self.environment(machine))

    def start_web(self, name: str, share: float) -> None:
        """Start a web machine with a share of one processor, and wait until HAProxy may use it."""
        machine, static = self.network[name], self.network["web1"].home / "var" / "static"
        if not static.exists():
            self.manage("collectstatic", "--noinput", "-v", "0")
        if not (own := machine.home / "var" / "static").exists():
            shutil.copytree(static, own)
        command = [sys.executable, "-m", "gunicorn", "-c", "python:config.gunicorn"]
        self.web[name] = machine.start(*command, environment=self.environment(name), log="web.log")
        wait_until(lambda: self.is_up(name), f"{name} in HAProxy")
        if name not in self.limits:
            self.limits[name] = ProcessorLimit(name, share)
        self.limits[name].hold(machine)

    def start_worker(self, name: str) -> None:
        """Start a worker as in a container: first process of a namespace, with the host name of its twin."""
        machine = self.network[name]
        inside = f"hostname worker; exec {sys.executable} {ROOT / 'manage.py'} worker"
        command = ["unshare", "--pid", "--uts", "--fork", "--kill-child", "--mount-proc", "sh", "-c", inside]
        machine.start(*command, environment=self.environment(name), log="worker.log")

    def is_up(self, name: str) -> bool:
        return self.state(name) == "UP"

    def state(self, name: str) -> str:
        """State of a web machine in HAProxy: UP, DOWN, DRAIN, and those on the way to them, such as "DOWN 1/2"."""
        return self._server(name).get("status", "")

    def sessions(self, name: str) -> int:
        """Number of requests that HAProxy has on a web machine."""
        return int(self._server(name).get("scur") or 0)

    def _server(self, name: str) -> dict[str, str]:
        header, *rows = [line.split(",") for line in self.balance("show stat").splitlines()]
        stats = [dict(zip(header, row, strict=False)) for row in rows]
        return next((row for row in stats if (row["# pxname"], row["svname"]) == ("web", name)), {})

    def balance(self, command: str) -> str:
        """Answer of HAProxy to a command on its socket."""
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(self.network["balancer"].home / "haproxy.sock"))
            client.sendall(f"{command}\n".encode())
            parts = []
            while part := client.recv(65536):
                parts.append(part)
        return b"".join(parts).decode()
