"""A small SMTP server that writes down each message it accepts. `python -m tests.bench.smtp_sink LOG [options]`.

It prints its port on the first line. A message counts as accepted once its line is in the log; then
the server answers after a random delay, or, for a share of the messages, drops the connection
without answering: the lost acknowledgement.
"""

import argparse
import asyncio
import os
import random
import re
from pathlib import Path

MESSAGE_ID = re.compile(rb"(?im)^message-id:\s*(<[^>]+>)")
RECIPIENT = re.compile(rb"(?i)RCPT TO:<([^>]*)>")


class Sink:
    """One server; `log` gets one line `message-id recipient` for each accepted message."""

    def __init__(self, log: Path, *, delay: float, lost: float) -> None:
        self.file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self.delay = delay
        self.lost = lost

    async def serve(self) -> None:
        server = await asyncio.start_server(self.talk, "127.0.0.1", 0, limit=2**22)
        print(server.sockets[0].getsockname()[1], flush=True)
        async with server:
            await server.serve_forever()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._session(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        recipient = b""
        await self._say(writer, b"220 sink")
        while line := await reader.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                await self._say(writer, b"354 go on")
                if not await self._message(reader, writer, recipient):
                    return
            elif verb == b"QUIT":
                await self._say(writer, b"221 bye")
                return
            else:
                found = RECIPIENT.match(line)
                recipient = found.group(1) if found else recipient
                await self._say(writer, b"250 ok")

    async def _message(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, recipient: bytes) -> bool:
        """Accept one message. False when the connection is dropped without an answer."""
        data = await reader.readuntil(b"\r\n.\r\n")
        found = MESSAGE_ID.search(data)
        os.write(self.file, (found.group(1) if found else b"<none>") + b" " + recipient + b"\n")
        if random.random() < self.lost:
            return False
        await asyncio.sleep(random.random() * self.delay)
        await self._say(writer, b"250 accepted")
        return True

    async def _say(self, writer: asyncio.StreamWriter, line: bytes) -> None:
        writer.write(line + b"\r\n")
        await writer.drain()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("log", type=Path)
    parser.add_argument("--delay", type=float, default=0.02, help="longest wait before an answer, seconds")
    parser.add_argument("--lost", type=float, default=0.0, help="share of lost acknowledgements, 0 to 1")
    options = parser.parse_args()
    asyncio.run(Sink(options.log, delay=options.delay, lost=options.lost).serve())


if __name__ == "__main__":
    main()
