"""Run of the suite on both databases at once: `python -m tests.both [ARGUMENTS OF PYTEST]`, as `make test` does.

With `--rest` of what that leaves out (`tests/suite.py`), as `make test-rest` does.

Each of the two now and then waits for a process, a browser or the last of its tests; the other one uses that time. What
PostgreSQL's run prints is seen at once, what SQLite's prints after it.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).parent
PYTEST = [sys.executable, "-m", "pytest", "-n", "auto", "--dist", "worksteal", "--divided"]


def main(arguments: list[str]) -> int:
    """Return 0 if both runs pass."""
    command = [*PYTEST, *arguments]
    if not any((TESTS / "__pycache__").glob("*-pytest-*.pyc")):
        compile_tests()
    with tempfile.TemporaryFile() as output, subprocess.Popen(command, stdout=output, stderr=output) as sqlite:
        write(b"== On PostgreSQL\n")
        on_postgresql = subprocess.call([sys.executable, "-m", "tests.postgres", *command])
        on_sqlite = sqlite.wait()
        output.seek(0)
        write(b"== On SQLite\n" + output.read())
    return on_postgresql or on_sqlite


def compile_tests() -> None:
    """Have pytest compile all tests, half of them in each of two processes.

    In a fresh checkout the workers of a database would all compile the same file at the same time.
    """
    files = sorted(map(str, TESTS.rglob("test_*.py")))
    collect = [sys.executable, "-m", "pytest", "--collect-only", "-qq"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    halves = [subprocess.Popen([*collect, *files[start::2]], **quiet) for start in (0, 1)]  # type: ignore[call-overload]
    for half in halves:
        # What is wrong with a test is said by the run itself.
        half.wait()


def write(text: bytes) -> None:
    sys.stdout.buffer.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
