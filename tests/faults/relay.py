"""A relay between the product and a server, which can be stopped, and a peer that answers nobody."""

import socket
import threading
from contextlib import suppress


class Relay:
    """Passes bytes on to `target` (an address, or the path of a Unix socket) until it is stopped."""

    def __init__(self, target):
        self.target, self.port, self.lines = target, 0, []
        self.thawed = threading.Event()
        self.thawed.set()
        self.start()

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def start(self):
        self.door = socket.create_server(("127.0.0.1", self.port))
        self.port = self.door.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self):
        """Refuse new connections, and cut the present ones."""
        for sock in (self.door, *self.lines):
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()
        self.lines = []

    def freeze(self):
        """Take what is sent, new connections too, and pass nothing on until `thawed` is set."""
        self.thawed.clear()

    def _accept(self):
        door = self.door
        with suppress(OSError):
            while True:
                near, _address = door.accept()
                far = socket.socket(socket.AF_UNIX if isinstance(self.target, str) else socket.AF_INET)
                far.connect(self.target)
                self.lines += [near, far]
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=self._pass_on, args=pair, daemon=True).start()

    def _pass_on(self, source, sink):
        with suppress(OSError):
            while data := source.recv(65536):
                self.thawed.wait()
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)


class SilentPeer:
    """Accepts connections and says nothing. `lines` are those that it holds."""

    def __init__(self):
        self.door, self.lines = socket.create_server(("127.0.0.1", 0), backlog=200), []
        self.port = self.door.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with suppress(OSError):
            while True:
                self.lines.append(self.door.accept()[0])

    def close(self):
        for sock in (self.door, *self.lines):
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()
