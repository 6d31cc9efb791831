"""The former release, which runs on while a database is brought up to date, and to which a rollback goes back.

`former_release.json` names its commit, and the last migration of each app that has any. At a release,
`python -m tests.upgrade.former` writes the present commit into it.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FILE = Path(__file__).with_name("former_release.json")
NO_FORMER = (
    "The commit of the former release is not here: its tests did NOT run on the new tables. "
    "Fetch it: git fetch --depth 1 origin {}"
)


def read_release() -> dict[str, Any]:
    """The commit, and the last migration of each app by the app's label."""
    return json.loads(FILE.read_text())


def _git(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True)


def missing_commit() -> str:
    """Say what is missing in a checkout without the commit, such as a shallow one; "" where it is there."""
    commit = read_release()["commit"]
    try:
        is_here = _git("cat-file", "-e", f"{commit}^{{commit}}").returncode == 0
    except OSError:
        is_here = False
    return "" if is_here else NO_FORMER.format(commit)


def unpack(folder: Path) -> None:
    """Write the files of the former release into an empty folder."""
    archive = _git("archive", read_release()["commit"])
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive.stdout, check=True)


def name_release() -> None:
    """Name the commit that is checked out as the release."""
    commit = _git("rev-parse", "HEAD").stdout.decode().strip()
    last: dict[str, str] = {}
    for path in sorted(ROOT.glob("*/migrations/0*.py")) + sorted(ROOT.glob("config/*/migrations/0*.py")):
        last[path.parts[-3]] = path.stem
    FILE.write_text(json.dumps({"commit": commit, "migrations": last}, indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(name_release())
