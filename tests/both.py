"""Run of the suite on both databases at once: `python -m tests.both [ARGUMENTS OF PYTEST]`, as `make test` does.

With `--rest` of what that leaves out (`tests/suite.py`), as `make test-rest` does.

Each of the two now and then waits for a process, a browser or the last of its tests; the other one uses that time. What
PostgreSQL's run prints is seen at once, what SQLite's prints after it.
"""

import subprocess
import sys
import tempfile

PYTEST = [sys.executable, "-m", "pytest", "-n", "auto", "--dist", "worksteal", "--divided"]


def main(arguments: list[str]) -> int:
    """Return 0 if both runs pass."""
    command = [*PYTEST, *arguments]
    with tempfile.TemporaryFile() as output, subprocess.Popen(command, stdout=output, stderr=output) as sqlite:
        write(b"== On PostgreSQL\n")
        on_postgresql = subprocess.call([sys.executable, "-m", "tests.postgres", *command])
        on_sqlite = sqlite.wait()
        output.seek(0)
        write(b"== On SQLite\n" + output.read())
    return on_postgresql or on_sqlite


def write(text: bytes) -> None:
    sys.stdout.buffer.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
