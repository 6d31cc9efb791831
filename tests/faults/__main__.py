"""Breaks what the product runs on, prints what became of it, and ends with an error when a promise is missed.

python -m tests.faults               on SQLite
python -m tests.postgres python -m tests.faults

The tests of the suite do it, with real processes; those of this folder take as long here as the fault does.
"""

import os
import subprocess
import sys
import tempfile
from xml.etree import ElementTree

MISSED = "MISSED"
DATABASE, CONVERSATIONS = "tests/faults/test_database.py::test_", "tests/contacts/conversations/test_"
# By fault: what must be reached, and its tests.
FAULTS = {
    "web server killed during acknowledged writes": ("none lost, no key stuck", ["tests/api/test_killed_server.py"]),
    "worker killed during jobs": (
        "each finished",
        [
            "tests/jobs/test_worker.py",
            "tests/jobs/test_requeueing.py",
            f"{CONVERSATIONS}worker_killed.py",
            f"{CONVERSATIONS}media_killed.py",
            "tests/contacts/importing/test_import_killed.py",
        ],
    ),
    "worker killed while a mailbox is read": ("every mail once", [f"{CONVERSATIONS}mailbox_crashes.py"]),
    "two workers, one host name and process id": ("each job once", ["tests/jobs/test_worker_namespaces.py"]),
    "a row locked for 75 s": ("503, others go on", [f"{DATABASE}a_locked_row_is_refused_and_others_go_on"]),
    "a write that holds its locks": ("reads by token go on", [f"{DATABASE}a_read_by_token_waits_for_no_lock"]),
    "a frozen database": ("503", [f"{DATABASE}a_frozen_database"]),
    "the connection limit used up": ("503", [f"{DATABASE}the_connection_limit_used_up"]),
    "the database gone for 10 s": ("503, then as before", [f"{DATABASE}the_database_gone_and_back"]),
    "UserHub hanging, 20 submissions at once": (
        "all accepted, the desk answers",
        ["tests/faults/test_hanging_userhub.py"],
    ),
    "a bucket hanging or down": (
        "refused, nothing left",
        ["tests/files/test_bucket.py", "tests/accounts/test_identity_storage.py"],
    ),
    "a mail server that refuses or hangs up": (
        "refused for good: once; in doubt: again",
        ["tests/inquiries/test_refused_mails.py", "tests/web/test_kept_smtp.py"],
    ),
    "peers of jobs hanging": (
        "other jobs go on",
        ["tests/jobs/test_lanes.py", "tests/faults/test_hanging_peers.py"],
    ),
    "idle and slow clients": ("others go on", ["tests/faults/test_slow_clients.py"]),
    "equal requests and deliveries at once": (
        "one row each",
        ["tests/api/test_idempotency.py", f"{CONVERSATIONS}concurrent_deliveries.py"],
    ),
    "a full disk": (
        "said, no row",
        [
            "tests/web/test_health.py",
            "tests/inquiries/test_attachments_api.py::test_a_full_disk_is_said_and_leaves_no_row",
            "tests/inquiries/test_attachments_api.py::test_a_full_temporary_disk_is_said",
        ],
    ),
    "manage.py start killed": (
        "the port is free",
        ["tests/web/test_process_group.py::test_a_killed_master_leaves_nothing_behind"],
    ),
}


def main() -> int:
    rows = [("fault", "reach", "measured", "")]
    rows += [(fault, reach, *_try(tests)) for fault, (reach, tests) in FAULTS.items()]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        sys.stdout.write("  ".join(map(str.ljust, row, widths)).rstrip() + "\n")
    return int(any(word == MISSED for *_, word in rows))


def _try(tests: list[str]) -> tuple[str, str]:
    """Run tests in a process of their own; returns what was measured, and one word about it."""
    with tempfile.NamedTemporaryFile(suffix=".xml") as report:
        # The later kind of report has no properties of a test.
        options = ["-q", f"--junitxml={report.name}", "-o", "junit_family=xunit1"]
        command = [sys.executable, "-m", "pytest", *options]
        code = subprocess.call([*command, *tests], env={**os.environ, "WHOLE_FAULTS": "1"})
        suite = ElementTree.parse(report.name).getroot()[0]  # noqa: S314 our own
    measured = [item.get("value", "") for item in suite.iter("property") if item.get("name") == "measured"]
    counts = {name: int(suite.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")}
    text = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    is_here = counts["tests"] > counts["skipped"]
    return "; ".join([*measured, text]), MISSED if code else "ok" if is_here else "not here"


if __name__ == "__main__":
    sys.exit(main())
