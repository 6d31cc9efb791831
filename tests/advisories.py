"""Ask OSV, the database of the Python Packaging Authority's advisories, about every locked package: `make audit`.

Exits with 1 when a locked version has a known vulnerability. One that cannot be reached is said, and ends with 0: a
machine without the internet can pass everything else.
"""

import json
import re
import sys
import urllib.request
from pathlib import Path

DATABASE = "https://api.osv.dev"
ROOT = Path(__file__).resolve().parents[1]
# With it is locked all that an installation can have; the tests' own packages never answer a visitor.
LOCK = ROOT / "requirements-s3.txt"
SECONDS = 20


def read_lock(path: Path) -> dict[str, str]:
    """The version of each package in a lock."""
    return dict(re.findall(r"^([a-z0-9-]+)==([^\s;\\]+)", path.read_text(), re.M))


def known_vulnerabilities(versions: dict[str, str], database: str) -> dict[str, list[str]]:
    """The ids of advisories by package. Raises OSError or ValueError where the database gives no answer."""
    queries = [
        {"package": {"name": name, "ecosystem": "PyPI"}, "version": version} for name, version in versions.items()
    ]
    request = urllib.request.Request(
        f"{database}/v1/querybatch", json.dumps({"queries": queries}).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=SECONDS) as response:
        results = json.load(response)["results"]
    if len(results) != len(versions):
        raise ValueError(f"{len(results)} answers to {len(versions)} questions")
    found = {name: [v["id"] for v in result.get("vulns", [])] for name, result in zip(versions, results, strict=True)}
    return {name: ids for name, ids in found.items() if ids}


def main(database: str = DATABASE, lock: Path = LOCK) -> int:
    versions = read_lock(lock)
    try:
        found = known_vulnerabilities(versions, database)
    except (OSError, ValueError, KeyError) as error:
        print(f"WARNING: {database} gives no answer ({error}); NO package was audited.", file=sys.stderr)  # noqa: T201
        return 0
    for name, ids in found.items():
        advisories = ", ".join(f"https://osv.dev/vulnerability/{id}" for id in ids)
        print(f"{name} {versions[name]}: {advisories}", file=sys.stderr)  # noqa: T201
    print(f"{len(versions)} locked packages, {len(found)} with a known vulnerability")  # noqa: T201
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
