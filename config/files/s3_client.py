"""The client for buckets, boto3 with django-storages: an extra, as most installations keep their files in a folder."""

from importlib.util import find_spec

MISSING = (
    "the client for buckets is not installed; install it with: "
    "python -m pip install --require-hashes -r requirements-s3.txt"
)


def is_installed() -> bool:
    return bool(find_spec("boto3") and find_spec("storages"))
