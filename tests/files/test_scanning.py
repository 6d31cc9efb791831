"""A scanner for viruses, where the operator has one: each file of others is judged before it is stored."""

import socket

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile

from config.files import scanning
from config.files.doctor import check_scanner
from config.files.models import LooseFile
from config.files.scanning import ScannerUnavailableError, check_for_virus, find_virus
from config.files.storage import StorageUnavailableError, store_file, store_kept_file

from .scanner import EICAR, FOUND, Scanner
from .scanner import scanning as a_scanner

SAID = "A virus was found in this file."


@pytest.fixture
def scanner(settings):
    scanning.scanner.reset()
    with a_scanner() as scanner:
        settings.CLAMAV_ADDRESS = scanner.address
        yield scanner
    scanning.scanner.reset()


def test_a_file_comes_whole_and_is_judged(scanner):
    fine, harmful = b"x" * 200_000, b"y" * 100_000 + EICAR
    assert (find_virus(b""), find_virus(fine), find_virus(harmful)) == ("", "", FOUND)
    assert scanner.files == [b"", fine, harmful]


def test_by_a_socket_of_this_machine(settings, tmp_path):
    scanner = Scanner(path=str(tmp_path / "clamd.ctl"))
    settings.CLAMAV_ADDRESS = scanner.address
    assert (find_virus(EICAR), find_virus(b"fine")) == (FOUND, "")
    scanner.stop()


@pytest.mark.django_db(transaction=True)
def test_one_with_a_virus_is_not_stored(scanner):
    with pytest.raises(ValidationError, match=SAID), store_kept_file(EICAR, "a.bin"):
        pass
    with pytest.raises(ValidationError, match=SAID), store_file(ContentFile(EICAR), "a.txt"):
        pass
    assert not LooseFile.objects.exists()
    with store_file(ContentFile(b"fine"), "a.txt") as stored:
        assert stored.info.size == 4
    assert scanner.files == [EICAR, EICAR, b"fine"]


@pytest.mark.django_db(transaction=True)
def test_without_a_judgement_a_file_is_refused_or_stored_as_the_setting_says(scanner, settings, subtests):
    scanner.max_bytes = 1000
    cases = {"too large": "", "an error": "stream: Can't allocate memory ERROR", "nonsense": "\xff", "nothing": "\0"}
    for label, answer in cases.items():
        scanner.answer = answer
        for is_required in (True, False):
            settings.CLAMAV_REQUIRED = is_required
            with subtests.test(label, is_required=is_required):
                if is_required:
                    with pytest.raises(StorageUnavailableError), store_kept_file(b"x" * 5_000_000, "a.bin"):
                        pass
                else:
                    with store_kept_file(b"x" * 5_000_000, "a.bin") as stored:
                        assert stored.info.size == 5_000_000
    assert not LooseFile.objects.exists()


def test_one_that_hangs_is_left_alone_for_a_while(scanner, monkeypatch):
    monkeypatch.setattr(scanning, "MAX_SECONDS", 0.2)
    scanner.hangs = True
    for _ in range(5):
        with pytest.raises(ScannerUnavailableError):
            check_for_virus(b"x" * 10_000_000)
    assert scanner.calls == 1
    scanning.scanner.reset()
    scanner.hangs = False
    check_for_virus(b"x")


def test_one_that_is_down(scanner, settings):
    with socket.create_server(("127.0.0.1", 0)) as free:
        settings.CLAMAV_ADDRESS = f"127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(ScannerUnavailableError):
        check_for_virus(b"x")
    settings.CLAMAV_REQUIRED = False
    check_for_virus(b"x")
    settings.CLAMAV_ADDRESS = ""
    settings.CLAMAV_REQUIRED = True
    check_for_virus(EICAR)


def test_the_doctor_has_the_test_file_judged(scanner, settings):
    [(name, state, text, _advice)] = check_scanner()
    assert (name, state, text) == ("virus scanner", "ok", f"finds {FOUND} in a test file, nothing in another one")
    scanner.answer = "stream: OK"
    assert [state for _name, state, *_ in check_scanner()] == ["fail"]
    settings.CLAMAV_ADDRESS = ""
    assert list(check_scanner()) == []
