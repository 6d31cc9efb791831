"""Attachments in a bucket: the settings read from the environment, and the requests of the storage over real HTTP."""

import subprocess
import sys

import pytest
from botocore.config import Config
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction

from config.backends import attachment_storage
from config.files.bucket import AT_ONCE, bucket
from config.files.models import LooseFile
from config.files.storage import (
    StorageUnavailableError,
    delete_file_on_commit,
    open_file,
    store_file,
    sweep_loose_files,
)
from tests.buckets import bucket_server
from tests.faults.relay import SilentPeer
from tests.outgoing.peer import Peer
from tests.sample_files import PDF
from tests.web.configuration import assert_stopped_at, run

from .test_storage import make_due, store

BUCKET = {
    "ATTACHMENT_STORAGE": "s3",
    "ATTACHMENT_BUCKET": "desk-attachments",
    "ATTACHMENT_REGION": "eu-west-3",
    "ATTACHMENT_ACCESS_KEY": "the-access-key",
    "ATTACHMENT_SECRET_KEY": "hunter2",
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ATTACHMENT_STORAGE", "ftp"),
        ("ATTACHMENT_BUCKET", ""),
        ("ATTACHMENT_BUCKET", "Not/A bucket"),
        ("ATTACHMENT_ENDPOINT", "s3.example.com"),
        ("ATTACHMENT_ENDPOINT", "https://key:hunter2@s3.example.com"),
        ("ATTACHMENT_REGION", "Paris!"),
        ("ATTACHMENT_ACCESS_KEY", ""),
        ("ATTACHMENT_SECRET_KEY", ""),
    ],
)
def test_a_bad_value_stops_the_start_with_one_line(tmp_path, name, value):
    assert_stopped_at(name, run(tmp_path, "manage.py", "check", **{**BUCKET, name: value}))


WITHOUT_CLIENT = """
import importlib.util
find = importlib.util.find_spec
importlib.util.find_spec = lambda name, *more: None if name in ("boto3", "storages") else find(name, *more)
import config.settings
"""


@pytest.mark.thorough
def test_a_start_without_the_client_names_the_command_that_installs_it(tmp_path):
    result = run(tmp_path, "-c", WITHOUT_CLIENT, **BUCKET)
    assert (result.returncode, result.stderr) == (
        1,
        "Vestibule cannot start: ATTACHMENT_STORAGE or IDENTITY_STORAGE is s3, and the client for buckets is not "
        "installed; install it with: python -m pip install --require-hashes -r requirements-s3.txt\n",
    )
    without_bucket = run(tmp_path, "-c", WITHOUT_CLIENT)
    assert (without_bucket.returncode, without_bucket.stderr) == (0, "")


STORE = """
import django; django.setup()
from django.core.files.base import ContentFile
from django.core.files.storage import storages
print(type(storages["attachments"]).__module__, storages["attachments"].save("some-key", ContentFile(b"kept")))
"""


STORE_DOCUMENT = STORE.replace("attachments", "default").replace("some-key", "identity/some-key")


@pytest.mark.thorough
def test_identity_documents_go_to_the_same_bucket_when_told_so(tmp_path):
    with bucket_server() as server:
        environment = {**BUCKET, "ATTACHMENT_ENDPOINT": server.url, "DJANGO_SETTINGS_MODULE": "config.settings"}
        result = run(tmp_path, "-c", STORE_DOCUMENT, **environment, IDENTITY_STORAGE="s3")
        assert (result.returncode, result.stdout) == (0, "config.files.bucket identity/some-key\n"), result.stderr
        assert server.objects == {"/desk-attachments/identity/some-key": b"kept"}


@pytest.mark.thorough
def test_the_environment_configures_a_bucket(tmp_path):
    with bucket_server() as server:
        environment = {**BUCKET, "ATTACHMENT_ENDPOINT": server.url, "DJANGO_SETTINGS_MODULE": "config.settings"}
        result = run(tmp_path, "-c", STORE, **environment)
        assert (result.returncode, result.stdout) == (0, "config.files.bucket some-key\n"), result.stderr
        assert server.objects == {"/desk-attachments/some-key": b"kept"}
        [(method, path, signed)] = [request for request in server.requests if request[0] == "PUT"]
    assert (method, path) == ("PUT", "/desk-attachments/some-key")
    assert signed.startswith("AWS4-HMAC-SHA256 Credential=the-access-key/")
    assert "/eu-west-3/s3/aws4_request" in signed


@pytest.mark.thorough
def test_the_default_is_a_folder(tmp_path):
    result = run(tmp_path, "-c", STORE, DJANGO_SETTINGS_MODULE="config.settings", DEBUG="true")
    assert (result.returncode, result.stdout) == (0, "django.core.files.storage.filesystem some-key\n"), result.stderr
    file = tmp_path / "var" / "attachments" / "some-key"
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"kept", 0o600)


def test_a_folder_does_not_import_boto3():
    code = "import sys; from config import settings; print('boto3' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"


@pytest.fixture
def server(settings, monkeypatch):
    """A bucket behind STORAGES["attachments"]."""
    for name, value in BUCKET.items():
        monkeypatch.setenv(name, value)
    with bucket_server() as server:
        monkeypatch.setenv("ATTACHMENT_ENDPOINT", server.url)
        settings.STORAGES = {**settings.STORAGES, "attachments": attachment_storage(settings.VAR_DIR)}
        yield server
        bucket.reset()
        if "connection" in (storage := storages["attachments"]).__dict__:
            storage.connection.meta.client.close()


@pytest.mark.django_db(transaction=True)
def test_a_file_is_stored_read_and_deleted(server):
    key = store()
    assert server.objects == {f"/desk-attachments/{key}": PDF}
    with open_file(key) as file:
        assert file.read() == PDF
    with transaction.atomic():
        delete_file_on_commit(key)
    assert (server.objects, LooseFile.objects.count()) == ({}, 0)


@pytest.mark.django_db(transaction=True)
def test_versions_that_the_bucket_keeps_are_deleted_too(server):
    server.keeps_versions = True
    key, longer = store("plan.pdf"), "of another file"
    server.hide(f"/desk-attachments/{key}-2", longer.encode())
    with transaction.atomic():
        delete_file_on_commit(key)
    assert key not in str(server.objects)
    assert {path for path, _id in server.versions} == {f"/desk-attachments/{key}-2"}


@pytest.mark.django_db(transaction=True)
def test_ten_megabytes_are_stored_in_one_request(server):
    key = store("a.txt", ContentFile(b"x" * 10 * 1024 * 1024))
    assert [method for method, _path, _signed in server.requests] == ["PUT"]
    with open_file(key) as file:
        assert sum(map(len, file.chunks())) == 10 * 1024 * 1024
    assert [method for method, _path, _signed in server.requests] == ["PUT", "HEAD", "GET"]


@pytest.mark.django_db(transaction=True)
def test_a_bucket_that_hangs_is_waited_for_once(server, settings):
    peer = SilentPeer()
    options = settings.STORAGES["attachments"]["OPTIONS"]
    options["endpoint_url"] = f"http://127.0.0.1:{peer.port}"
    options["client_config"] = options["client_config"].merge(Config(read_timeout=0.3))
    for _ in range(3):
        with pytest.raises(StorageUnavailableError), store_file(ContentFile(PDF), "plan.pdf"):
            pytest.fail("it was stored")
    assert len(peer.lines) == 1
    # They are deleted when it answers again, should it have stored one after all.
    assert LooseFile.objects.count() == 3
    peer.close()


@pytest.mark.thorough
@pytest.mark.django_db(transaction=True)
def test_a_bucket_that_answers_a_byte_at_a_time_is_not_waited_for(server, settings, monkeypatch):
    # Enough for the first connection on a busy processor.
    monkeypatch.setattr("config.files.bucket.MAX_SECONDS", 2)
    peer = Peer()
    peer.drip, peer.answer = True, b"HTTP/1.1 200 OK\r\n" + b"X-Slow: 1\r\n" * 90
    settings.STORAGES["attachments"]["OPTIONS"]["endpoint_url"] = peer.url
    # Read from many files by the library: the time is to pass with the bucket's answer.
    assert storages["attachments"].connection
    with pytest.raises(StorageUnavailableError), store_file(ContentFile(PDF), "plan.pdf"):
        pytest.fail("it was stored")
    with pytest.raises(StorageUnavailableError):
        open_file("plan")
    assert (peer.connections, LooseFile.objects.count()) == (1, 1)
    # Each call that is given up leaves its thread to the next.
    monkeypatch.setattr("config.files.bucket.MAX_SECONDS", 0.5)
    for _ in range(AT_ONCE):
        bucket.reset()
        with pytest.raises(StorageUnavailableError):
            open_file("plan")
    assert peer.connections == AT_ONCE + 1
    peer.stop()


@pytest.mark.django_db(transaction=True)
def test_a_bucket_that_is_down_is_swept_later(server):
    key = store()
    server.is_down = True
    with pytest.raises(StorageUnavailableError), store_file(ContentFile(PDF), "a.pdf"):
        pass
    with pytest.raises(StorageUnavailableError):
        open_file(key)
    with transaction.atomic():
        delete_file_on_commit(key)
    assert LooseFile.objects.count() == 2
    server.is_down = False
    make_due()
    sweep_loose_files()
    assert (server.objects, LooseFile.objects.count()) == ({}, 0)


@pytest.mark.django_db
def test_a_missing_file_raises_file_not_found(server):
    with pytest.raises(FileNotFoundError):
        open_file("gone")
