"""A small S3 server over real HTTP: storing, reading and deleting objects.

python -m tests.buckets 10.0.0.1:9000
"""

import re
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

MISSING = b'<?xml version="1.0"?><Error><Code>NoSuchKey</Code><Message>No such key.</Message></Error>'
BROKEN = b'<?xml version="1.0"?><Error><Code>InternalError</Code><Message>Down.</Message></Error>'


class Bucket(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "BucketServer"

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self._is_up():
            self.server.objects[self.path] = body
            self._answer(200)

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        if query.startswith("versions"):
            self._list_versions(path, parse_qs(query).get("prefix", [""])[0])
        elif "encoding-type=url" in query:
            self._list(path, parse_qs(query).get("prefix", [""])[0])
        elif self._is_up():
            body = self.server.objects.get(path)
            if body is None:
                self._answer(404, MISSING)
            elif range_ := re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", "")):
                part = body[int(range_[1]) : int(range_[2]) + 1]
                self._answer(206, part, f"bytes {range_[1]}-{int(range_[1]) + len(part) - 1}/{len(body)}")
            else:
                self._answer(200, body)

    do_HEAD = do_GET

    def do_DELETE(self) -> None:
        if self._is_up():
            path, _, query = self.path.partition("?")
            if "versionId" in query:
                self.server.versions.pop((path, parse_qs(query)["versionId"][0]), None)
            content = self.server.objects.pop(path, None)
            if self.server.keeps_versions and "versionId" not in query:
                self.server.hide(path, content)
            self._answer(204, version="marker" if self.server.keeps_versions else "")

    def _list_versions(self, bucket: str, prefix: str) -> None:
        if self._is_up():
            start = f"{bucket.rstrip('/')}/"
            items = "".join(
                f"<{kind}><Key>{escape(path.removeprefix(start))}</Key><VersionId>{id}</VersionId></{kind}>"
                for path, id in self.server.versions
                if path.startswith(start + prefix)
                for kind in ("DeleteMarker" if id == "marker" else "Version",)
            )
            answer = f"<ListVersionsResult><IsTruncated>false</IsTruncated>{items}</ListVersionsResult>"
            self._answer(200, answer.encode())

    def _list(self, bucket: str, prefix: str) -> None:
        """Objects of the bucket whose keys begin with the prefix; folders among them are not put together."""
        if self._is_up():
            start = f"{bucket.rstrip('/')}/"
            keys = [path.removeprefix(start) for path in self.server.objects if path.startswith(start + prefix)]
            items = "".join(f"<Contents><Key>{escape(key)}</Key><Size>1</Size></Contents>" for key in sorted(keys))
            self._answer(200, f"<ListBucketResult>{items}</ListBucketResult>".encode())

    def _is_up(self) -> bool:
        self.server.requests.append((self.command, self.path, self.headers.get("Authorization", "")))
        if self.server.is_down:
            self._answer(500, BROKEN)
        return not self.server.is_down

    def _answer(self, status: int, body: bytes = b"", content_range: str = "", version: str = "") -> None:
        self.send_response(status)
        if version:
            self.send_header("x-amz-version-id", version)
        if content_range:
            self.send_header("Content-Range", content_range)
        self.send_header("Content-Type", "application/xml" if status >= 400 else "binary/octet-stream")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", '"0"')
        self.send_header("Last-Modified", "Sat, 21 Nov 2026 06:00:00 GMT")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Silence the log of requests."""


class BucketServer(ThreadingHTTPServer):
    """`objects` is {path: content}, `requests` [(method, path, Authorization)]; while `is_down` every answer is 500.

    With `keeps_versions` a deleted object stays in `versions`, {(path, id): content}.
    """

    daemon_threads = True

    def __init__(self, address: tuple[str, int] = ("127.0.0.1", 0)) -> None:
        super().__init__(address, Bucket)
        self.objects: dict[str, bytes] = {}
        self.requests: list[tuple[str, str, str]] = []
        self.is_down = self.keeps_versions = False
        self.versions: dict[tuple[str, str], bytes | None] = {}

    def hide(self, path: str, content: bytes | None) -> None:
        """Keep a deleted object as a version, below a mark that hides it."""
        self.versions |= {(path, "former"): content, (path, "marker"): None}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@contextmanager
def bucket_server() -> Iterator[BucketServer]:
    server = BucketServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


if __name__ == "__main__":
    host, _, port = sys.argv[1].rpartition(":")
    BucketServer((host, int(port))).serve_forever()
