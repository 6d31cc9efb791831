"""A mail server that takes every mail and keeps none: `python -m tests.benchmarks.smtp_sink PORT`."""

import asyncio
import sys


class Sink(asyncio.Protocol):
    """As much of SMTP as a client of the standard library speaks."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport, self.received, self.is_in_data = transport, b"", False
        self.say(b"220 sink")

    def say(self, line: bytes) -> None:
        self.transport.write(line + b"\r\n")  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        self.received += data
        while self.is_in_data or b"\r\n" in self.received:
            if self.is_in_data:
                if b"\r\n.\r\n" not in self.received:
                    return
                self.received = self.received.partition(b"\r\n.\r\n")[2]
                self.is_in_data = False
                self.say(b"250 taken")
            else:
                line, _, self.received = self.received.partition(b"\r\n")
                self.answer(line.upper())

    def answer(self, line: bytes) -> None:
        if line.startswith(b"DATA"):
            self.is_in_data = True
            self.say(b"354 go on")
        elif line.startswith(b"QUIT"):
            self.say(b"221 bye")
            self.transport.close()
        elif line.startswith(b"EHLO"):
            # As most servers do: Postfix, Exim, those of the large providers.
            self.say(b"250-sink\r\n250 PIPELINING")
        else:
            self.say(b"250 sink")


async def main(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
