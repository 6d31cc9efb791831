"""Check of the scanner for viruses, for `manage.py doctor`."""

from collections.abc import Iterator

from django.conf import settings

from .scanning import find_virus

# The test file of EICAR, which harms nothing and which each scanner finds, in two parts: whole it would be found here.
TEST_FILE = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-" + b"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
ADVICE = "Look at CLAMAV_ADDRESS, whether clamd runs there, and at its signatures (freshclam)."


def check_scanner() -> Iterator[tuple[str, str, str, str]]:
    """Have a file of letters and the test file of scanners judged."""
    if not settings.CLAMAV_ADDRESS:
        return
    found, harmless = find_virus(TEST_FILE), find_virus(b"letters")
    is_right = found and not harmless
    text = f"finds {found or 'nothing'} in a test file, {harmless or 'nothing'} in another one"
    yield "virus scanner", "ok" if is_right else "fail", text, "" if is_right else ADVICE


CHECKS = {"virus scanner": check_scanner}
