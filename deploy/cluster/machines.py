"""Machines of a rehearsal: network namespaces on a switch of their own, each with an address and its processes."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO

PREFIX = "vestibule-"
SWITCH = f"{PREFIX}switch"
NETWORK = "10.213.0.0/24"
ADDRESSES = {
    "balancer": "10.213.0.10",
    "db1": "10.213.0.11",
    "db2": "10.213.0.12",
    "web1": "10.213.0.21",
    "web2": "10.213.0.22",
    "worker1": "10.213.0.31",
    "worker2": "10.213.0.32",
    "bucket": "10.213.0.40",
    "client": "10.213.0.50",
}


def run(*command: str, check: bool = True, **options: object) -> str:
    """Standard output of a command; RuntimeError with its standard error when it fails."""
    result = subprocess.run(command, capture_output=True, text=True, **options)  # type: ignore[call-overload]
    if check and result.returncode:
        raise RuntimeError(f"{' '.join(command)}: {result.stderr.strip()[-2000:]}")
    return result.stdout


class Machine:
    """Network namespace with one address; `home` is its folder, where its logs are too."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.namespace, self.address = name, PREFIX + name, ADDRESSES[name]
        self.home = folder / name
        self.home.mkdir(mode=0o755)

    def create(self) -> None:
        run("ip", "netns", "add", self.namespace)
        run("ip", "link", "add", "eth0", "netns", self.namespace, "type", "veth", "peer", self.name, "netns", SWITCH)
        run("ip", "-n", SWITCH, "link", "set", self.name, "master", "bridge", "up")
        run("ip", "-n", self.namespace, "address", "add", f"{self.address}/24", "dev", "eth0")
        for link in ("lo", "eth0"):
            run("ip", "-n", self.namespace, "link", "set", link, "up")

    def start(
        self, *command: str, user: str = "", environment: Mapping[str, str] | None = None, log: str = ""
    ) -> subprocess.Popen[bytes]:
        """Start a process on this machine. Its output goes to `log` in its home."""
        with (self.home / (log or f"{Path(command[0]).name}.log")).open("ab") as output:
            return subprocess.Popen(self._inside(command, user), **self._options(environment, output))

    def call(self, *command: str, user: str = "", environment: Mapping[str, str] | None = None) -> str:
        """Output of a command on this machine."""
        return run(*self._inside(command, user), env={**os.environ, **(environment or {})}, cwd=self.home)

    def kill(self) -> None:
        """Kill every process of this machine at once, as a power cut does."""
        for pid in self.processes():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue

    def processes(self) -> list[int]:
        return [int(pid) for pid in run("ip", "netns", "pids", self.namespace).split()]

    def unplug(self) -> None:
        """Take its cable out: others hear nothing of its end."""
        run("ip", "-n", SWITCH, "link", "set", self.name, "down")

    def plug(self) -> None:
        run("ip", "-n", SWITCH, "link", "set", self.name, "up")

    def _inside(self, command: tuple[str, ...], user: str) -> list[str]:
        as_user = ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups"] if user else []
        return ["ip", "netns", "exec", self.namespace, *as_user, *command]

    def _options(self, environment: Mapping[str, str] | None, output: IO[bytes]) -> dict[str, object]:
        own = {"HOME": str(self.home), **(environment or {})}
        return {"env": {**os.environ, **own}, "cwd": self.home, "stdout": output, "stderr": output}


class Network:
    """The switch and its machines; leaving it kills their processes and takes all of it away."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.machines = {name: Machine(name, folder) for name in ADDRESSES}

    def __getitem__(self, name: str) -> Machine:
        return self.machines[name]

    def __enter__(self) -> "Network":
        leftovers = [line.split()[0] for line in run("ip", "netns", "list").splitlines() if line.startswith(PREFIX)]
        if leftovers:
            raise RuntimeError(f"another rehearsal runs, or left something: {', '.join(leftovers)}")
        try:
            run("ip", "netns", "add", SWITCH)
            run("ip", "-n", SWITCH, "link", "add", "bridge", "type", "bridge")
            run("ip", "-n", SWITCH, "link", "set", "bridge", "up")
            for machine in self.machines.values():
                machine.create()
            enter(self["client"])
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_exception: object) -> None:
        for machine in self.machines.values():
            if Path("/run/netns", machine.namespace).exists():
                if machine.name != "client":  # This process is there itself.
                    machine.kill()
                run("ip", "netns", "delete", machine.namespace, check=False)
        run("ip", "netns", "delete", SWITCH, check=False)


def enter(machine: Machine) -> None:
    """Make this process, with the threads that it starts from now on, a process of `machine`."""
    with Path("/run/netns", machine.namespace).open() as namespace:
        os.setns(namespace.fileno(), os.CLONE_NEWNET)


class ProcessorLimit:
    """Control group in which processes share a part of one processor. `is_usable` is false where none can be made."""

    def __init__(self, name: str, share: float) -> None:
        root, self.share = Path("/sys/fs/cgroup"), share
        is_second = (root / "cgroup.controllers").exists()
        self.path = (root if is_second else root / "cpu") / f"{PREFIX}{name}"
        try:
            self.path.mkdir()
            if is_second:
                (self.path / "cpu.max").write_text(f"{int(share * 100_000)} 100000")
            else:
                (self.path / "cpu.cfs_quota_us").write_text(str(int(share * 100_000)))
            self.is_usable = True
        except OSError:
            self.is_usable = False

    def hold(self, machine: Machine) -> None:
        """Limit the processes of a machine, and those that they will start."""
        if self.is_usable:
            for pid in machine.processes():
                (self.path / "cgroup.procs").write_text(str(pid))

    def remove(self) -> None:
        """Remove the group once its processes have ended."""
        while self.is_usable:
            try:
                self.path.rmdir()
                return
            except OSError:
                time.sleep(0.05)


class Limits(dict[str, ProcessorLimit]):
    """Limits by machine; leaving it removes them."""

    def __enter__(self) -> "Limits":
        return self

    def __exit__(self, *_exception: object) -> None:
        for limit in self.values():
            limit.remove()


def missing_tools() -> list[str]:
    """Commands that the rehearsal needs of the system itself."""
    return [name for name in ("ip", "setpriv", "unshare") if not shutil.which(name)]
